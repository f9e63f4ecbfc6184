// Mark messages as read that were visible in a focused window.

import { api } from "./api.js";

const PAUSE = 250;
const AGAIN = 5000;

export class Reading {
  constructor(timeline, chat, readId) {
    this.timeline = timeline;
    this.chat = chat;
    this.readId = readId;
    this.visible = new Set();
    this.observer = new IntersectionObserver((entries) => this.seen(entries), {
      root: timeline.log,
      threshold: 0.5,
    });
    const look = () => this.look();
    addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
  }

  get isLookedAt() {
    return document.visibilityState === "visible" && document.hasFocus();
  }

  // Observe unread messages once they are in the page.
  watch() {
    for (const [id, element] of this.timeline.known) {
      if (id > this.readId && element.message.author_id !== this.timeline.own) {
        this.observer.observe(element);
      }
    }
  }

  seen(entries) {
    for (const { target, isIntersecting, intersectionRatio, rootBounds, intersectionRect } of entries) {
      // Messages taller than the window are never half visible.
      const fills = rootBounds && intersectionRect.height > rootBounds.height / 2;
      if (isIntersecting && (intersectionRatio >= 0.5 || fills)) this.visible.add(target);
      else this.visible.delete(target);
    }
    this.look();
  }

  look(wait = PAUSE) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.mark(), wait);
  }

  async mark() {
    if (!this.isLookedAt) return;
    const ids = [...this.visible].filter((each) => each.isConnected).map((each) => each.message.id);
    const id = Math.max(0, ...ids);
    if (id <= this.readId) return;
    try {
      await api.read(this.chat, id);
      this.setRead(id);
    } catch {
      this.look(AGAIN);
    }
  }

  // The user has read up to here, in this window or another.
  setRead(id) {
    this.readId = Math.max(this.readId, id);
    for (const [each, element] of this.timeline.known) {
      if (each <= this.readId) this.observer.unobserve(element);
    }
    for (const element of this.visible) {
      if (element.message.id <= this.readId) this.visible.delete(element);
    }
  }
}
