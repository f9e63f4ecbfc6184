// How much is unread, on every page: as the page was loaded, told by the window that has the
// conversation open, and asked for again when the page is looked at anew.

import { Store, dropAll } from "./storage.js";

const EVERY = 60_000;

const badge = document.getElementById("unread");
const channel = new BroadcastChannel(`kinoteka-unread-${badge.dataset.account}`);
const listeners = new Set();
let heardAt = 0;
let heard = 0; // how often

export const unread = {
  total: Number(badge.dataset.total),

  // Called with the number whenever it is told.
  listen(action) {
    listeners.add(action);
  },

  show(total) {
    this.total = total;
    badge.hidden = total === 0;
    badge.firstElementChild.textContent = total < 100 ? String(total) : "99+";
    for (const action of listeners) action(total);
  },

  // As the server has just told this window.
  tell(total) {
    this.hear(total);
    channel.postMessage(total);
  },

  hear(total) {
    heardAt = Date.now();
    heard += 1;
    this.show(total);
  },

  // As the server tells when asked; undefined where it cannot be asked, or where something was told
  // meanwhile, which is newer than the answer.
  async ask() {
    const before = heard;
    try {
      const answer = await fetch("/messages/unread/count", { redirect: "manual" });
      if (answer.type === "opaqueredirect") return null; // not signed in any more
      const { total } = answer.ok ? await answer.json() : {};
      return heard === before ? total : undefined;
    } catch {
      return undefined;
    }
  },
};

channel.addEventListener("message", (event) => unread.hear(event.data));

async function refresh() {
  // The clock that goes on while the machine sleeps; it may have been set back, too.
  const isRecent = Math.abs(Date.now() - heardAt) < EVERY / 2;
  if (document.visibilityState !== "visible" || isRecent) return;
  const total = await unread.ask();
  if (typeof total === "number") unread.tell(total);
}

document.addEventListener("visibilitychange", refresh);
addEventListener("pageshow", (event) => {
  if (event.persisted) refresh();
});
if (!document.querySelector("[data-live]")) setInterval(refresh, EVERY);

new Store(badge.dataset.account).dropOthers();
// Before the request, since the server may not be reached, and browsers obey Clear-Site-Data only
// over HTTPS.
document.addEventListener("submit", (event) => {
  if (event.target.hasAttribute("data-ends-session") && !event.defaultPrevented) dropAll();
});
