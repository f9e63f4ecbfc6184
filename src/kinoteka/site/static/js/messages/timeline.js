// The messages of a conversation, ordered by id and without duplicates. Pending messages are at the
// end.

import { api } from "./api.js";
import * as text from "./text.js";
import * as times from "./times.js";

const NEAR_END = 80;

const part = (name) => document.getElementById(name).content.firstElementChild;

export class Timeline {
  constructor(log, own, hosts) {
    this.log = log;
    this.list = log.querySelector("ol");
    this.own = own;
    this.hosts = hosts;
    this.known = new Map(); // by id
    this.pending = new Map(); // by nonce
    this.arrived = new Set(); // nonces of stored messages
    this.deleted = new Set();
    this.films = new Map();
    this.otherReadId = Number(this.list.dataset.otherRead);
    this.dividerId = Number(this.list.querySelector(".is-first-unread")?.dataset.id ?? 0);
    for (const element of this.list.querySelectorAll(".message")) this.adopt(element);
    this.layOut();
  }

  adopt(element) {
    const { id, author, at, edited } = element.dataset;
    element.message = {
      id: Number(id),
      author_id: Number(author) || null,
      text: element.querySelector(".message-text").textContent,
      at: Number(at),
      edited_at: Number(edited) || null,
    };
    this.known.set(element.message.id, element);
    times.show(element.querySelector("time"), element.message.at, times.clock);
  }

  get isAtEnd() {
    return this.log.scrollTop > -NEAR_END; // the log grows upwards: its end is at 0
  }

  toEnd() {
    this.log.scrollTop = 0;
  }

  get ids() {
    return [...this.known.keys()].sort((one, other) => one - other);
  }

  get newestId() {
    return Math.max(0, ...this.known.keys());
  }

  get lastOwn() {
    const own = this.ids.filter((id) => this.known.get(id).message.author_id === this.own);
    return this.known.get(own.at(-1))?.message;
  }

  // Apply a change without moving the visible messages.
  keep(change) {
    const top = this.log.getBoundingClientRect().top;
    const messages = [...this.list.querySelectorAll(".message")];
    const anchor = this.isAtEnd
      ? null
      : messages.find((each) => each.getBoundingClientRect().bottom > top);
    const before = anchor?.getBoundingClientRect().top;
    change();
    this.layOut();
    if (anchor?.isConnected) this.log.scrollTop += anchor.getBoundingClientRect().top - before;
  }

  // Add or update a message from the server. Return whether it is new.
  put(message) {
    if (this.deleted.has(message.id)) return false;
    if (message.nonce) this.arrived.add(message.nonce);
    const element = this.known.get(message.id);
    if (element) {
      if ((message.edited_at ?? 0) > (element.message.edited_at ?? 0)) this.show(element, message);
      this.forget(message.nonce);
      return false;
    }
    this.insert(this.settled(message) ?? this.made(message), message);
    return true;
  }

  // Return the element of the pending message that was stored.
  settled(message) {
    const element = message.nonce && this.pending.get(message.nonce);
    if (!element) return null;
    this.pending.delete(message.nonce);
    this.show(element, message);
    return element;
  }

  // The server has stored a pending message under this id.
  settle(item, id) {
    this.arrived.add(item.nonce);
    const element = this.pending.get(item.nonce);
    if (!element) return;
    if (this.known.has(id)) this.keep(() => this.forget(item.nonce));
    else {
      const message = { ...item, id, author_id: this.own, edited_at: null };
      this.keep(() => this.put(message));
    }
  }

  forget(nonce) {
    this.pending.get(nonce)?.remove();
    this.pending.delete(nonce);
  }

  made(message) {
    const element = part("message-template").cloneNode(true);
    if (message.author_id === this.own) {
      element.classList.add("is-own");
      element.querySelector(".of-other").remove();
    } else {
      element.querySelectorAll(".of-own").forEach((each) => each.remove());
    }
    this.show(element, message);
    return element;
  }

  show(element, message) {
    element.message = message;
    const parts = text.pieces(message.text, this.hosts);
    text.fill(element.querySelector(".message-text"), parts);
    times.show(element.querySelector("time"), message.at, times.clock);
    element.querySelector(".message-edited").hidden = !message.edited_at;
    this.showFilms(element, text.filmsOf(parts));
    if (message.id) {
      element.id = `message-${message.id}`;
      element.dataset.id = message.id;
      element.querySelector(".is-failed")?.remove();
      const tools = element.querySelector(".message-tools");
      if (tools) {
        tools.hidden = false;
        const [edit, remove] = tools.querySelectorAll("a");
        edit.href = `/messages/edit/${message.id}`;
        remove.href = `/messages/delete/${message.id}`;
      }
      this.showState(element, message.id <= this.otherReadId ? "read" : "sent");
    }
  }

  showState(element, state) {
    const place = element.querySelector(".message-state");
    if (!place || place.dataset.state === state) return;
    const template = document.getElementById("states").content;
    place.replaceWith(template.querySelector(`[data-state=${state}]`).cloneNode(true));
  }

  async showFilms(element, ids) {
    const place = element.querySelector(".message-films");
    const wanted = ids.join();
    if ((place.dataset.films ?? "") === wanted) return;
    place.dataset.films = wanted;
    const cards = await Promise.all(ids.map((id) => this.film(id)));
    if (place.dataset.films !== wanted) return;
    this.keep(() => place.replaceChildren(...cards.map((card) => card.cloneNode(true))));
  }

  // Cards come from the server, which checks what the reader may see.
  film(id) {
    if (!this.films.has(id)) {
      const made = api.film(id).then(
        (page) => {
          const template = document.createElement("template");
          template.innerHTML = page;
          return template.content;
        },
        () => document.createDocumentFragment(),
      );
      this.films.set(id, made);
    }
    return this.films.get(id);
  }

  insert(element, message) {
    this.known.set(message.id, element);
    let next = null;
    for (const each of [...this.list.querySelectorAll(".message")].reverse()) {
      if (each === element || (each.message.id && each.message.id < message.id)) {
        if (each !== element) break;
      } else next = each;
    }
    if (element.nextElementSibling !== next || !element.isConnected) {
      this.list.insertBefore(element, next);
    }
  }

  remove(id) {
    this.deleted.add(id);
    const element = this.known.get(id);
    this.known.delete(id);
    element?.remove();
  }

  // Show the pending messages of the outbox.
  showPending(items) {
    const waiting = items.filter((item) => !this.arrived.has(item.nonce));
    const wanted = new Set(waiting.map((item) => item.nonce));
    for (const nonce of [...this.pending.keys()]) if (!wanted.has(nonce)) this.forget(nonce);
    for (const item of waiting) {
      let element = this.pending.get(item.nonce);
      if (!element) {
        element = this.made({ ...item, id: 0, author_id: this.own, edited_at: null });
        element.dataset.nonce = item.nonce;
        this.pending.set(item.nonce, element);
        this.list.append(element);
      }
      this.showWay(element, item);
    }
  }

  showWay(element, item) {
    this.showState(element, item.reason === null ? "sending" : "failed");
    const there = element.querySelector(".is-failed");
    if (item.reason === null) there?.remove();
    else if (!there) element.append(part("failed-template").cloneNode(true));
  }

  setRead(id) {
    if (id <= this.otherReadId) return;
    this.otherReadId = id;
    for (const [each, element] of this.known) if (each <= id) this.showState(element, "read");
  }

  // Remove the oldest messages. They are loaded again when the user scrolls up.
  dropBefore(id) {
    for (const each of this.ids) {
      if (each >= id) return;
      this.known.get(each).remove();
      this.known.delete(each);
    }
  }

  // Insert days and the start of the unread messages. Keep existing lines, because screen readers
  // would announce new ones.
  layOut() {
    let last = null;
    let isDivided = this.dividerId === 0;
    for (const element of this.list.querySelectorAll(".message")) {
      const day = times.day(element.message.at);
      const begins = !isDivided && element.message.id >= this.dividerId;
      isDivided ||= begins;
      this.line(element, day === last ? null : day, begins);
      last = day;
    }
    while (this.list.lastElementChild?.matches(".day, .unread-line")) {
      this.list.lastElementChild.remove();
    }
  }

  // Return the lines before a message: its day and the start of the unread messages.
  line(element, day, begins) {
    const old = [];
    for (let each = element.previousElementSibling; each && !each.matches(".message"); ) {
      old.push(each);
      each = each.previousElementSibling;
    }
    let dayLine = old.find((each) => each.matches(".day") && each.textContent.trim() === day);
    let unreadLine = begins && old.find((each) => each.matches(".unread-line"));
    for (const each of old) if (each !== dayLine && each !== unreadLine) each.remove();
    if (begins && !unreadLine) {
      unreadLine = part("unread-template").cloneNode(true);
      element.before(unreadLine);
    }
    if (day !== null && !dayLine) {
      dayLine = part("day-template").cloneNode(true);
      dayLine.firstElementChild.textContent = day;
      (unreadLine || element).before(dayLine);
    }
  }
}
