// The lists of the form of a film: add, remove and move rows without a request, and suggest people.

const WAIT = 250;

for (const list of document.querySelectorAll("[data-list]")) {
  list.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-step]");
    if (!button) return;
    event.preventDefault();
    change(list, button);
  });
}

function change(list, button) {
  const rows = list.querySelector("ol");
  const row = button.closest("li");
  const { step } = button.dataset;
  if (step === "add") return add(rows);
  if (step === "remove") {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    if (!next) return clear(row);
    row.remove();
    next.querySelector("button[data-step=remove]").focus();
    return;
  }
  const other = step === "up" ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (step === "up") other.before(row);
  else other.after(row);
  button.focus();
}

function add(rows) {
  const row = rows.lastElementChild.cloneNode(true);
  rows.append(row);
  clear(row);
  row.querySelector("input, select").focus();
}

function clear(row) {
  for (const input of row.querySelectorAll("input")) input.value = "";
  for (const select of row.querySelectorAll("select")) select.selectedIndex = 0;
}

const known = document.getElementById("known-people");
let timer;
document.addEventListener("input", (event) => {
  const input = event.target;
  if (input.getAttribute("list") !== "known-people") return;
  clearTimeout(timer);
  timer = setTimeout(() => suggest(input.value.trim()), WAIT);
});

async function suggest(text) {
  if (text.length < 2 || text.includes("#")) return;
  const response = await fetch(`/manage/films/people?q=${encodeURIComponent(text)}`);
  if (response.ok) known.innerHTML = await response.text();
}
