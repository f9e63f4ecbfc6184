// Selections: the dialog of a film, the copy button, and dragging of films.

import { say } from "./site.js";

// Show the list of selections in a dialog instead of a page.
const dialog = document.getElementById("choices-dialog");
dialog?.addEventListener("htmx:afterSwap", () => {
  if (dialog.open) return;
  dialog.showModal();
  dialog.querySelector("#choices-title").focus();
});
dialog?.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
});

// Copy the link with one click.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(new URL(button.dataset.copy, location.href).href);
    say(button.dataset.copied);
  });
}

// Films can be dragged by their grips. The buttons beside them do the same by keyboard.
const films = () => document.querySelector("#films .edit-films");
const showGrips = () => films()?.querySelectorAll(".grip").forEach((grip) => (grip.hidden = false));
showGrips();
document.addEventListener("htmx:afterSwap", showGrips);

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest?.("#films .grip");
  if (grip && event.isPrimary && event.button === 0) drag(grip, event);
});

function drag(grip, start) {
  const item = grip.closest("li");
  const list = item.parentElement;
  const before = [...list.children];
  let startY = start.pageY;
  start.preventDefault();
  grip.setPointerCapture(start.pointerId);
  item.classList.add("is-dragged");

  const move = (event) => {
    scrollAtTheEdge(event.clientY);
    let offset = event.pageY - startY;
    const next = offset > 0 ? item.nextElementSibling : item.previousElementSibling;
    if (next && Math.abs(offset) > (next.offsetHeight + item.offsetHeight) / 4) {
      const was = item.offsetTop;
      // Move its neighbour: removing the dragged film from the page would end the drag.
      if (offset > 0) item.before(next);
      else item.after(next);
      startY += item.offsetTop - was;
      offset = event.pageY - startY;
    }
    item.style.transform = `translateY(${offset}px)`;
  };
  const end = (event) => {
    for (const [name, listener] of listeners) grip.removeEventListener(name, listener);
    item.classList.remove("is-dragged");
    item.style.transform = "";
    const place = [...list.children].indexOf(item);
    if (event.type !== "pointerup") list.replaceChildren(...before);
    else if (place !== before.indexOf(item)) put(item, place + Number(list.dataset.first), () => list.replaceChildren(...before));
  };
  const listeners = [["pointermove", move], ["pointerup", end], ["pointercancel", end]];
  for (const [name, listener] of listeners) grip.addEventListener(name, listener);
}

function scrollAtTheEdge(y) {
  const edge = 80;
  if (y < edge) window.scrollBy(0, -12);
  else if (y > window.innerHeight - edge) window.scrollBy(0, 12);
}

// Submit the form of the buttons with the position where the film was dropped.
function put(item, place, undo) {
  const form = item.querySelector(".edit-tools");
  const button = document.createElement("button");
  Object.assign(button, { type: "submit", name: "position", value: place, hidden: true });
  form.addEventListener("htmx:afterRequest", (event) => event.detail.successful || undo(), { once: true });
  form.append(button);
  button.click(); // so that htmx knows the submitting button
  button.remove();
}
