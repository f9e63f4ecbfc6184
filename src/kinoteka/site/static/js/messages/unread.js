// The number of unread messages on every page: from the page itself, from windows with open chats,
// and from the server when the window gets the focus again.

import { Store, dropAll } from "./storage.js";

const EVERY = 60_000;

const badge = document.getElementById("unread");
const channel = new BroadcastChannel(`kinoteka-unread-${badge.dataset.account}`);
const listeners = new Set();
let updatedAt = 0;
let updates = 0; // number of updates received

export const unread = {
  total: Number(badge.dataset.total),

  // Called with each new number.
  listen(action) {
    listeners.add(action);
  },

  show(total) {
    this.total = total;
    badge.hidden = total === 0;
    badge.firstElementChild.textContent = total < 100 ? String(total) : "99+";
    for (const action of listeners) action(total);
  },

  // Show a number that this window received from the server.
  tell(total) {
    this.hear(total);
    channel.postMessage(total);
  },

  hear(total) {
    updatedAt = Date.now();
    updates += 1;
    this.show(total);
  },

  // Ask the server for the number. Return undefined if it cannot be reached, or if an update arrived
  // meanwhile, which is newer than the response.
  async ask() {
    const before = updates;
    try {
      const response = await fetch("/messages/unread/count", { redirect: "manual" });
      if (response.type === "opaqueredirect") return null; // no longer signed in
      const { total } = response.ok ? await response.json() : {};
      return updates === before ? total : undefined;
    } catch {
      return undefined;
    }
  },
};

channel.addEventListener("message", (event) => unread.hear(event.data));

async function refresh() {
  // Date.now() also advances while the machine sleeps, but may be set back.
  const isRecent = Math.abs(Date.now() - updatedAt) < EVERY / 2;
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
// Clear the data before the request: the server may be unreachable, and browsers obey
// Clear-Site-Data only over HTTPS.
document.addEventListener("submit", (event) => {
  if (event.target.hasAttribute("data-ends-session") && !event.defaultPrevented) dropAll();
});
