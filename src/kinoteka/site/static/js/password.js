// Buttons that show what stands in a password field.

for (const place of document.querySelectorAll("[data-password]")) {
  const input = place.querySelector("input");
  const button = place.querySelector("button");
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  });
  // A password is never sent, nor remembered by the browser, as a text that was shown.
  input.form.addEventListener("submit", () => {
    input.type = "password";
    button.setAttribute("aria-pressed", "false");
  });
}
