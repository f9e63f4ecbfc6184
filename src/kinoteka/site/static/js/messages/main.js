// Entry point of the chat pages.

import { SignedOut } from "./api.js";
import { Chats } from "./chats.js";
import { Connection } from "./connection.js";
import { Conversation } from "./conversation.js";
import { Outbox } from "./outbox.js";
import { Store, isSigningOut } from "./storage.js";
import { unread } from "./unread.js";

const CHECK = 60_000;
const PATIENCE = 2000; // shorter interruptions are not shown

const root = document.querySelector("[data-live]");
const own = Number(root.dataset.own);
const store = new Store(own);
const outbox = new Outbox(store);
const place = document.querySelector(".conversation[data-chat]");
const conversation = place && new Conversation(place, own, outbox, store);
const chats = new Chats(document.getElementById("chats"), own, conversation?.chat);
const connection = new Connection("/messages/live");
const status = document.querySelector(".connection");
const title = document.title;
let patience;

function over() {
  if (isSigningOut()) return; // already leaving the page
  connection.isOver = true;
  status.textContent = root.dataset.over;
  status.hidden = false;
  location.assign(`/sign-in?next=${encodeURIComponent(location.pathname)}`);
}

// Reload what may have been missed. An error here counts as a lost connection.
let asked = 0;
async function catchUp() {
  asked += 1;
  const own = asked;
  chats.refresh();
  try {
    if (conversation) await conversation.catchUp();
    const total = await unread.ask();
    if (total === null) over();
    else if (total !== undefined) unread.tell(total);
  } catch (error) {
    if (error instanceof SignedOut) over();
    else if (own === asked) setTimeout(() => own === asked && connection.restart(), PATIENCE);
  }
}

connection.addEventListener("open", () => {
  clearTimeout(patience);
  patience = undefined;
  status.hidden = true;
  root.dataset.live = "open";
  outbox.hurry();
  catchUp();
});
connection.addEventListener("closed", () => {
  root.dataset.live = "closed";
  patience ??= setTimeout(() => {
    status.textContent = navigator.onLine ? root.dataset.connecting : root.dataset.offline;
    status.hidden = false;
  }, PATIENCE);
});
connection.addEventListener("refused", async () => {
  if ((await unread.ask()) === null) over();
});
connection.addEventListener("over", over);
connection.addEventListener("heard", ({ detail: event }) => {
  const chat = event.chat_id ?? event.message.chat_id;
  if (chat === conversation?.chat) conversation.heard(event);
  if (event.message) chats.heard(event.type, event.message);
  chats.setUnread(chat, event.unread.in_chat);
  unread.tell(event.unread.total);
});
outbox.addEventListener("over", over);
conversation?.addEventListener("over", over);

// A count that differs from the server reveals a dead socket.
setInterval(async () => {
  if (document.visibilityState !== "visible" || !connection.isOpen) return;
  const before = unread.total;
  const total = await unread.ask();
  if (total === null) over();
  else if (total !== undefined && total !== before) connection.restart();
}, CHECK);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && connection.isOpen) catchUp();
});

unread.listen((total) => {
  document.title = total ? `(${total < 100 ? total : "99+"}) ${title}` : title;
});
unread.show(unread.total);
