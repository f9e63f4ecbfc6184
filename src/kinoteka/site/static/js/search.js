// The search field, a combobox (WAI-ARIA Authoring Practices, "Combobox with list
// autocomplete"): the field keeps the focus, arrows select suggestions of the server.

const WAIT = 150;

const form = document.querySelector(".site-search[data-suggested]");
const field = form.querySelector("input[name=q]");
const list = form.querySelector("[role=listbox]");
const count = form.querySelector("[role=status]");

let waiting;
let asking;
let chosen = -1;

field.setAttribute("role", "combobox");
field.setAttribute("aria-autocomplete", "list");
field.setAttribute("aria-haspopup", "listbox");
field.setAttribute("aria-controls", list.id);
field.setAttribute("aria-expanded", "false");

const options = () => [...list.querySelectorAll("[role=option]")];
const isOpen = () => !list.hidden;

function close() {
  clearTimeout(waiting);
  asking?.abort();
  list.hidden = true;
  field.setAttribute("aria-expanded", "false");
  choose(-1);
}

function choose(number) {
  const all = options();
  chosen = number;
  all.forEach((option, place) => option.setAttribute("aria-selected", String(place === number)));
  if (number < 0) {
    field.removeAttribute("aria-activedescendant");
    return;
  }
  field.setAttribute("aria-activedescendant", all[number].id);
  all[number].scrollIntoView({ block: "nearest" });
}

function show(html) {
  const kept = options()[chosen]?.dataset.href;
  list.innerHTML = html;
  const told = list.querySelector("[data-count]");
  count.textContent = told?.textContent ?? "";
  told?.remove();
  const all = options();
  all.forEach((option, place) => (option.id = `site-suggestion-${place}`));
  list.hidden = all.length === 0;
  field.setAttribute("aria-expanded", String(!list.hidden));
  // Keep an option that the user selected while the request was running.
  choose(kept === undefined ? -1 : all.findIndex((option) => option.dataset.href === kept));
}

async function ask() {
  const words = field.value.trim();
  asking?.abort();
  if (!words) {
    close();
    return;
  }
  asking = new AbortController();
  const address = `${form.dataset.suggested}?${new URLSearchParams({ q: words })}`;
  try {
    const answer = await fetch(address, {
      headers: { Accept: "text/html", "HX-Request": "true" },
      signal: asking.signal,
    });
    if (answer.ok) show(await answer.text());
    else close();
  } catch (error) {
    if (error.name !== "AbortError") close();
  }
}

field.addEventListener("input", () => {
  choose(-1);
  clearTimeout(waiting);
  waiting = setTimeout(ask, WAIT);
});

field.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const last = options().length - 1;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (!isOpen()) ask();
    else if (event.key === "ArrowDown") choose(chosen >= last ? 0 : chosen + 1);
    else choose(chosen <= 0 ? last : chosen - 1);
  } else if (event.key === "Enter" && isOpen() && chosen >= 0) {
    event.preventDefault();
    go(options()[chosen]);
  } else if (event.key === "Escape" && isOpen()) {
    event.preventDefault(); // keep the text; a second Escape clears it
    close();
  }
});

function go(option) {
  location.assign(option.dataset.href);
}

// The field keeps the focus while the user points at suggestions.
list.addEventListener("mousedown", (event) => event.preventDefault());
list.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option]");
  if (option) go(option);
});
form.addEventListener("focusout", (event) => {
  if (!form.contains(event.relatedTarget)) close();
});
form.addEventListener("submit", close);

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (document.querySelector("dialog[open]")) return;
  event.preventDefault();
  field.focus();
  field.select();
});
