// Film pages: load the player of a trailer after a click, and focus the first film that
// "Load more" adds.

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-embed]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const player = document.createElement("iframe");
  player.src = link.dataset.embed;
  player.title = link.dataset.title;
  player.allow = "autoplay; encrypted-media; fullscreen; picture-in-picture";
  player.allowFullscreen = true;
  player.referrerPolicy = "strict-origin-when-cross-origin";
  link.parentElement.replaceWith(player);
  player.focus();
});

let before = 0;
document.addEventListener("htmx:beforeSwap", (event) => {
  const loads = event.target.id === "more";
  before = loads ? event.target.parentElement.children.length - 1 : 0;
});
document.addEventListener("htmx:afterSettle", () => {
  if (!before) return;
  const grid = document.querySelector("#films .film-grid");
  grid?.children[before]?.querySelector("a")?.focus({ preventScroll: true });
  before = 0;
});
