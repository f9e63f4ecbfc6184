// The live list of chats, most recent first.

import { api } from "./api.js";
import { isSigningOut } from "./storage.js";
import * as times from "./times.js";

const PAUSE = 500;

export class Chats {
  constructor(place, own, current) {
    this.place = place;
    this.own = own;
    this.current = current;
    this.isNewest = !new URLSearchParams(location.search).has("before") || current !== undefined;
    this.showTimes();
  }

  row(chat) {
    return this.place.querySelector(`[data-chat="${chat}"]`);
  }

  showTimes() {
    for (const time of this.place.querySelectorAll("time")) {
      times.show(time, Number(time.dataset.at), times.short);
    }
  }

  heard(type, message) {
    const row = this.row(message.chat_id);
    if (!row) this.refresh();
    else if (type === "new") {
      this.show(row, message);
      if (this.isNewest) row.parentElement.prepend(row);
    } else if (Number(row.dataset.last) === message.id) {
      if (type === "edited") this.show(row, message);
      else this.refresh(); // the last message has changed
    }
  }

  show(row, message) {
    row.dataset.last = message.id;
    row.querySelector(".chat-own").hidden = message.author_id !== this.own;
    row.querySelector(".chat-preview").textContent = message.text.slice(0, 200);
    const time = row.querySelector("time");
    time.dataset.at = message.at;
    times.show(time, message.at, times.short);
  }

  setUnread(chat, count) {
    const badge = this.row(chat)?.querySelector(".count");
    if (!badge) return;
    badge.hidden = count === 0;
    badge.firstElementChild.textContent = count < 100 ? String(count) : "99+";
  }

  // Reload the list soon, unless the user is viewing older conversations.
  refresh() {
    if (!this.isNewest) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.load(), PAUSE);
  }

  async load() {
    if (isSigningOut()) return;
    let page;
    try {
      page = await api.chats();
    } catch {
      return; // the list is reloaded when the socket reconnects
    }
    const focused = this.place.querySelector(":focus")?.closest("[data-chat]").dataset.chat;
    const template = document.createElement("template");
    template.innerHTML = page;
    this.place.replaceChildren(template.content);
    this.row(this.current)?.querySelector("a").setAttribute("aria-current", "page");
    if (focused) this.row(focused)?.querySelector("a").focus();
    this.showTimes();
  }
}
