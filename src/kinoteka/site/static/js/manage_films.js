// The lists of the form of a film: add, remove and move rows without a request, and suggest people.

const WAIT = 250;

for (const list of document.querySelectorAll("[data-list]")) {
  list.addEventListener("change", (event) => {
    if (event.target.matches("[data-names-row]")) rename(event.target);
  });
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
    row.remove();
    if (!next) return add(rows);
    next.querySelector("button[data-step=remove]").focus();
    return;
  }
  const other = step === "up" ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (step === "up") other.before(row);
  else other.after(row);
  button.focus();
}

// Labels name the row by its person, title or country: "Remove: Ann".
function rename(field) {
  const option = field.selectedOptions?.[0].text;
  const name = (field.value && (option ?? field.value).trim()) || field.dataset.namesRow;
  for (const element of field.closest("li").querySelectorAll("[aria-label]")) {
    const [what] = element.ariaLabel.split(": ", 1);
    element.ariaLabel = `${what}: ${name}`;
  }
}

function add(rows) {
  rows.append(rows.parentElement.querySelector("template").content.cloneNode(true));
  rows.lastElementChild.querySelector("input, select").focus();
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
