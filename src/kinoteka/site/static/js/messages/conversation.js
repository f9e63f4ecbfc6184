// A conversation: receive, send, edit, delete and read the messages of one chat.

import { api, Offline, Refused, SignedOut } from "./api.js";
import { Composer } from "./composer.js";
import { Reading } from "./reading.js";
import { Timeline } from "./timeline.js";

const MAX_PAGES = 8; // pages of history that are reloaded after a lost connection

export class Conversation extends EventTarget {
  constructor(element, own, outbox, store) {
    super();
    this.element = element;
    this.texts = element.dataset;
    this.chat = Number(element.dataset.chat);
    this.own = own;
    this.outbox = outbox;
    this.log = element.querySelector(".log");
    this.older = this.log.querySelector(".older");
    this.jump = element.querySelector(".to-end");
    this.timeline = new Timeline(this.log, own, JSON.parse(element.dataset.hosts));
    this.reading = new Reading(this.timeline, this.chat, Number(element.dataset.read));
    this.composer = new Composer(element.querySelector(".composer"), store, this.chat);
    this.isAsking = false;
    this.listen();
    this.showPending();
    this.reading.watch();
    element.querySelector(".mark-read")?.remove(); // visible messages are marked automatically
    this.showUnread();
    // Not on a phone, where the keyboard would cover half of the page.
    if (matchMedia("(hover: hover)").matches && !location.hash.startsWith("#message-")) {
      this.composer.area.focus({ preventScroll: true });
    }
  }

  listen() {
    const { composer, outbox, log } = this;
    composer.addEventListener("written", ({ detail }) => {
      outbox.add(this.chat, detail.text);
      this.timeline.toEnd();
    });
    composer.addEventListener("edited", ({ detail }) => this.edit(detail.message, detail.text));
    composer.addEventListener("edit-last", () => {
      const message = this.timeline.lastOwn;
      if (message) composer.edit(message);
    });
    outbox.addEventListener("changed", () => this.showPending());
    outbox.addEventListener("sent", ({ detail }) => {
      if (detail.item.chat === this.chat) this.timeline.settle(detail.item, detail.id);
      composer.say("");
    });
    outbox.addEventListener("waiting", ({ detail }) => {
      if (detail.item.chat === this.chat) composer.say(this.why(detail));
    });
    this.timeline.list.addEventListener("click", (event) => this.clicked(event));
    log.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.jump.addEventListener("click", () => this.timeline.toEnd());
    this.watchTop();
  }

  showUnread() {
    const line = this.timeline.list.querySelector(".unread-line");
    if (!line) return;
    const above = this.log.getBoundingClientRect().top - line.getBoundingClientRect().top;
    if (above > 0) this.log.scrollTop -= above;
  }

  why({ wait, isOffline }) {
    if (isOffline) return this.texts.offline;
    return wait ? this.texts.throttled.replace("{seconds}", wait) : this.texts.busy;
  }

  // Handle an event of this chat.
  heard(event) {
    const { message } = event;
    if (event.type === "read") {
      if (event.account_id === this.own) this.reading.setRead(event.message_id);
      else this.timeline.setRead(event.message_id);
      return;
    }
    const { timeline } = this;
    timeline.keep(() => {
      if (event.type === "deleted") {
        timeline.remove(message.id);
      } else if (event.type === "new") {
        this.divide(message);
        if (timeline.put(message) && !timeline.isAtEnd) this.jump.hidden = false;
      } else if (timeline.known.has(message.id)) {
        timeline.put(message);
      }
    });
    if (event.type === "deleted" && this.composer.edited?.id === message.id) {
      this.composer.edited = null; // send the text as a new message instead
      this.composer.editing.hidden = true;
    }
    this.reading.watch();
    this.showEmpty();
  }

  // The first message that arrives while the window has no focus starts the new messages.
  divide(message) {
    const isForeign = message.author_id !== this.own;
    if (isForeign && !this.reading.isLookedAt && this.reading.readId >= this.timeline.dividerId) {
      if (!this.timeline.known.has(message.id)) this.timeline.dividerId = message.id;
    }
  }

  showPending() {
    this.timeline.keep(() => this.timeline.showPending(this.outbox.of(this.chat)));
    this.showEmpty();
  }

  showEmpty() {
    const isEmpty = !this.timeline.known.size && !this.timeline.pending.size && this.older.hidden;
    this.element.querySelector(".conversation-empty").hidden = !isEmpty;
  }

  // After a lost connection, reload all visible messages from the newest down, so that new, edited
  // and deleted messages match the server.
  async catchUp() {
    const { timeline } = this;
    const lowest = Math.min(...timeline.known.keys()); // Infinity if nothing is shown
    const pages = [];
    let before;
    let isWhole = false;
    while (!isWhole && pages.length < MAX_PAGES) {
      const [end, asOf] = [before ?? Infinity, timeline.newestId];
      const history = await api.history(this.chat, before);
      before = history.messages.at(-1)?.id ?? 0;
      pages.push([history, before, end, asOf]);
      isWhole = !history.has_older || before <= lowest || lowest === Infinity;
    }
    // Apply all pages at once, so that no gap is ever visible.
    if (!isWhole) timeline.keep(() => timeline.dropBefore(before));
    for (const page of pages) this.take(...page);
  }

  // Apply one page of history. Messages in its range that were known before the request but are
  // not in the response have been deleted.
  take(history, from, end, asOf = 0) {
    const { timeline } = this;
    const there = new Set(history.messages.map((message) => message.id));
    const newest = Math.max(asOf, ...there);
    timeline.keep(() => {
      for (const id of timeline.ids) {
        const isCovered = id >= from && (end === Infinity ? id <= newest : id < end);
        const isFirst = !history.has_older && id < from;
        if ((isCovered || isFirst) && !there.has(id)) timeline.remove(id);
      }
      for (const message of history.messages) timeline.put(message);
    });
    timeline.setRead(history.other_read_id);
    this.reading.setRead(history.read_id);
    this.older.hidden = !history.has_older;
    if (history.messages.length) this.older.href = `?before=${history.messages.at(-1).id}`;
    this.reading.watch();
    this.showEmpty();
  }

  // Load older messages when the user scrolls up.
  watchTop() {
    const observer = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && this.loadOlder(),
      { root: this.log, rootMargin: "400px 0px 0px" },
    );
    observer.observe(this.older);
    this.older.addEventListener("click", (event) => {
      event.preventDefault();
      this.loadOlder();
    });
  }

  async loadOlder() {
    if (this.isAsking || this.older.hidden) return;
    this.isAsking = true;
    this.log.setAttribute("aria-live", "off"); // old messages are not announced
    try {
      const lowest = Math.min(...this.timeline.known.keys());
      const history = await api.history(this.chat, lowest);
      this.take(history, history.messages.at(-1)?.id ?? 0, lowest);
      this.announce(this.texts.older);
    } catch (error) {
      this.failed(error);
    } finally {
      this.isAsking = false;
      setTimeout(() => this.log.setAttribute("aria-live", "polite"), 1000);
    }
  }

  scrolled() {
    if (this.timeline.isAtEnd) this.jump.hidden = true;
  }

  clicked(event) {
    const target = event.target.closest("a, button");
    const element = target?.closest(".message");
    if (!element || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const action = target.dataset.action;
    if (!action) return;
    event.preventDefault();
    if (action === "edit") this.composer.edit(element.message);
    else if (action === "delete") this.askToDelete(element.message);
    else if (action === "retry") this.outbox.retry(element.dataset.nonce);
    else if (action === "discard") this.outbox.discard(element.dataset.nonce);
    if (action === "retry" || action === "discard") this.composer.area.focus();
  }

  async edit(message, text) {
    try {
      const changed = await api.edit(message.id, text);
      const edited = { ...message, text: changed.text, edited_at: Date.now() };
      const newer = this.timeline.known.get(message.id);
      this.composer.leaveEditing();
      if (newer) this.timeline.keep(() => this.timeline.show(newer, edited));
    } catch (error) {
      this.failed(error);
    }
  }

  askToDelete(message) {
    const dialog = document.getElementById("delete-dialog");
    dialog.returnValue = "";
    dialog.addEventListener(
      "close",
      () => dialog.returnValue === "delete" && this.delete(message),
      { once: true },
    );
    dialog.showModal();
  }

  async delete(message) {
    try {
      await api.delete(message.id);
    } catch (error) {
      if (!(error instanceof Refused && error.reason === "message_unknown")) {
        this.failed(error);
        return;
      }
    }
    this.timeline.keep(() => this.timeline.remove(message.id));
    this.announce(this.texts.deleted);
    this.composer.area.focus();
    this.showEmpty();
  }

  failed(error) {
    if (error instanceof SignedOut) this.dispatchEvent(new CustomEvent("over"));
    else if (error instanceof Offline) this.composer.say(this.texts.offline);
    else if (error instanceof Refused) this.composer.say(this.sentence(error));
    else throw error;
  }

  sentence(error) {
    if (error.reason === "message_unknown") return this.texts.gone;
    return error.passes ? this.why({ wait: error.wait }) : this.texts.failed;
  }

  announce(sentence) {
    const place = this.element.querySelector(".announcements");
    place.textContent = "";
    setTimeout(() => (place.textContent = sentence), 50);
  }
}
