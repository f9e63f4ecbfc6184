// Selections: the dialog beside a film, a link that is copied, films that are dragged.

import { say } from "./site.js";

// The list of selections comes into a dialog instead of a page of its own.
const dialog = document.getElementById("choices-dialog");
dialog?.addEventListener("htmx:afterSwap", () => {
  if (dialog.open) return;
  dialog.showModal();
  dialog.querySelector("#choices-title").focus();
});
dialog?.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
});
