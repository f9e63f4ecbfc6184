// "Load more": focus the first film that it adds. Going back to the list, or reloading it, shows the
// loaded films again, with the film that the reader left at the same place of the window.
//
// The entry of the browser's history remembers the number of loaded pages and that film, no HTML.

const MAX_PAGES = 10;
const SCROLL_PAUSE = 150; // milliseconds; browsers limit how often an entry may change

const grid = () => document.querySelector("#films .film-grid");
const loadedPages = () => history.state?.listing?.pages ?? 1;

let before = 0;
let isRestoring = false;

document.addEventListener("htmx:beforeSwap", (event) => {
  const loads = event.target.id === "more";
  before = loads ? event.target.parentElement.children.length - 1 : 0;
});
document.addEventListener("htmx:afterSettle", () => {
  if (!before) return;
  if (!isRestoring) {
    remember({ pages: loadedPages() + 1 });
    grid()?.children[before]?.querySelector("a")?.focus({ preventScroll: true });
  }
  before = 0;
});

function remember(listing) {
  history.replaceState({ ...history.state, listing }, "");
  history.scrollRestoration = "manual";
}

function rememberPlace(link) {
  if (loadedPages() === 1 || isRestoring) return;
  const card = link?.closest(".film-grid > li") ?? firstVisible();
  const film = card?.querySelector(".film-title a")?.getAttribute("href");
  if (!film) return;
  const index = [...grid().children].indexOf(card);
  const { top } = card.getBoundingClientRect();
  remember({ pages: loadedPages(), film, index, top, hasFocus: Boolean(link) });
}

function firstVisible() {
  return [...(grid()?.children ?? [])].find((card) => card.getBoundingClientRect().bottom > 0);
}

let left = null;
document.addEventListener("click", (event) => {
  const opensHere = !(event.ctrlKey || event.metaKey || event.shiftKey || event.button);
  left = opensHere ? event.target.closest("#films .film-grid .film-title a") : null;
  if (left) rememberPlace(left);
});
addEventListener("pageshow", () => (left = null));
const rememberFirstVisible = () => {
  if (!left) rememberPlace(null);
};
addEventListener("pagehide", rememberFirstVisible);
// A reload keeps the state from before `pagehide`.
let scrolled = 0;
addEventListener("scroll", () => {
  clearTimeout(scrolled);
  scrolled = setTimeout(rememberFirstVisible, SCROLL_PAUSE);
});
// htmx replaces the state of an entry before it adds one for other filters.
let replaced = null;
document.addEventListener("htmx:beforeHistorySave", () => {
  rememberFirstVisible();
  replaced = history.state?.listing;
});
document.addEventListener("htmx:beforeHistoryUpdate", () => {
  if (replaced) remember(replaced);
});

// htmx would replace the state of the entry before it reloads the page.
addEventListener("popstate", (event) => {
  if (!event.state?.listing) return;
  event.stopImmediatePropagation();
  isRestoring = true;
  location.reload();
});

async function restore(listing) {
  let hasMoved = false;
  const noteMove = () => (hasMoved = true);
  const moves = ["wheel", "touchmove", "keydown", "pointerdown"];
  for (const move of moves) addEventListener(move, noteMove, { once: true, passive: true });
  isRestoring = true;
  const pages = await loadPages(Math.min(listing.pages, MAX_PAGES));
  isRestoring = false;
  for (const move of moves) removeEventListener(move, noteMove);
  remember({ ...listing, pages });
  if (!hasMoved) showPlace(listing);
}

async function loadPages(wanted) {
  for (let pages = 1; pages < wanted; pages += 1) {
    const link = document.querySelector("#more a");
    if (!link) return pages;
    try {
      await htmx.ajax("GET", link.getAttribute("hx-get"), { source: link, target: "#more", swap: "outerHTML" });
    } catch {
      return pages;
    }
    if (link.isConnected) return pages; // the server refused; the message is shown
  }
  return wanted;
}

function showPlace({ film, index, top, hasFocus }) {
  const cards = [...grid().children];
  const same = cards.find((card) => card.querySelector(".film-title a")?.getAttribute("href") === film);
  const card = same ?? cards[Math.min(index ?? 0, cards.length - 1)];
  if (!film || !card) return;
  scrollBy({ top: card.getBoundingClientRect().top - top, behavior: "instant" });
  if (hasFocus) card.querySelector("a")?.focus({ preventScroll: true });
}

if (history.state?.listing) restore(history.state.listing);
