// Messages that are being sent. They stay in the browser until the server has them, across reloads
// and lost connections. Each has a nonce, so that retries do not create duplicates.

import { api, Offline, Refused, SignedOut } from "./api.js";

const NAME = "outbox";
const FIRST = 1000;
const LONGEST = 30_000;

// randomUUID does not exist on pages from plain HTTP.
function nonce() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Outbox extends EventTarget {
  constructor(store) {
    super();
    this.store = store;
    this.items = store.read(NAME, []);
    this.tries = 0;
    store.onChange(NAME, () => {
      this.items = store.read(NAME, []);
      this.tell("changed");
    });
    addEventListener("online", () => this.hurry());
  }

  of(chat) {
    return this.items.filter((item) => item.chat === chat);
  }

  add(chat, text) {
    const item = { nonce: nonce(), chat, text, at: Date.now(), reason: null };
    this.change((items) => [...items, item]);
    this.hurry();
    return item;
  }

  retry(wanted) {
    this.change((items) =>
      items.map((item) => (item.nonce === wanted ? { ...item, reason: null } : item)),
    );
    this.hurry();
  }

  discard(wanted) {
    this.change((items) => items.filter((item) => item.nonce !== wanted));
  }

  // Send all pending messages now.
  hurry() {
    this.tries = 0;
    this.send();
  }

  async send() {
    clearTimeout(this.timer);
    if (this.isSending) {
      this.isAskedAgain = true;
      return;
    }
    this.isSending = true;
    try {
      // One window sends at a time, to keep the order. Nonces prevent duplicates in any case.
      if (navigator.locks) await navigator.locks.request(this.store.prefix, () => this.sendAll());
      else await this.sendAll();
    } finally {
      this.isSending = false;
    }
    if (this.isAskedAgain) {
      this.isAskedAgain = false;
      this.send();
    }
  }

  async sendAll() {
    this.items = this.store.read(NAME, this.items);
    for (;;) {
      const item = this.items.find((each) => each.reason === null);
      if (!item) return;
      try {
        const { id } = await api.post(item.chat, item.text, item.nonce);
        this.tries = 0;
        this.tell("sent", { item, id });
        this.discard(item.nonce);
      } catch (error) {
        if (!this.fails(item, error)) return;
      }
    }
  }

  // Return whether to continue with the next message.
  fails(item, error) {
    if (error instanceof SignedOut) {
      this.tell("over");
      return false;
    }
    const passes = error instanceof Offline || (error instanceof Refused && error.passes);
    if (!passes) {
      if (!(error instanceof Refused)) throw error;
      this.change((items) =>
        items.map((each) =>
          each.nonce === item.nonce ? { ...each, reason: error.reason || "refused" } : each,
        ),
      );
      return true;
    }
    const pause = Math.min(LONGEST, FIRST * 2 ** this.tries) * (0.5 + Math.random() / 2);
    this.tries += 1;
    this.timer = setTimeout(() => this.send(), Math.max(pause, (error.wait ?? 0) * 1000));
    this.tell("waiting", { item, wait: error.wait ?? 0, isOffline: error instanceof Offline });
    return false;
  }

  change(how) {
    this.items = how(this.store.read(NAME, this.items));
    // Without storage, keep the message in memory while the page is open.
    this.store.write(NAME, this.items.length ? this.items : null);
    this.tell("changed");
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
