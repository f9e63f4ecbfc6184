// Scripts of every page: preferences that apply at once, menus, and error messages.

const { dataset } = document.documentElement;
const toasts = document.getElementById("toasts");

// From the next page on, times are in the reader's time zone.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.cookie.includes(`timezone=${zone}`)) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `timezone=${zone}; Max-Age=31536000; Path=/; SameSite=Lax${secure}`;
}

export function say(text) {
  const toast = document.createElement("p");
  toast.textContent = text;
  toasts.append(toast);
  setTimeout(() => toast.remove(), 6000);
}

document.querySelector("[data-choice=theme]")?.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  event.preventDefault();
  if (button.value === "system") delete dataset.theme;
  else dataset.theme = button.value;
  for (const each of button.parentElement.querySelectorAll("button")) {
    each.setAttribute("aria-pressed", String(each === button));
  }
  const body = new URLSearchParams({ theme: button.value });
  // keepalive stores the choice even if the reader follows a link at once.
  fetch("/preferences", { method: "POST", body, redirect: "manual", keepalive: true });
});

// Menus are details elements. Close them on Escape and on a click elsewhere.
const menus = () => document.querySelectorAll("details.menu[open]");
document.addEventListener("click", (event) => {
  for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// Accept tells the server to respond with a page instead of the JSON of a contract.
document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers.Accept = "text/html";
});
document.addEventListener("htmx:responseError", (event) => {
  const text = event.detail.xhr.responseText;
  say(text && text.length < 300 && !text.includes("<") ? text : toasts.dataset.failed);
});
document.addEventListener("htmx:sendError", () => say(toasts.dataset.offline));

// Forms with data-confirm ask first.
document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});
