// Show the progress of an upload and then the server's response, as after a plain form.

function shown(request) {
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  const main = page.getElementById("main");
  if (!main) return;
  document.getElementById("main").replaceWith(main);
  main.querySelector("[aria-invalid=true]")?.focus();
  if (!main.contains(document.activeElement)) main.focus();
  window.htmx?.process(main);
  enhance(main.querySelector("form[data-upload]"));
}

function enhance(upload) {
  upload?.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    const box = upload.querySelector("[data-progress]");
    const bar = box.querySelector("progress");
    const button = upload.querySelector("[type=submit]");
    const request = new XMLHttpRequest();
    const end = () => {
      box.hidden = true;
      button.disabled = false;
    };
    request.open("POST", upload.action);
    request.setRequestHeader("Accept", "text/html");
    request.upload.addEventListener("progress", ({ loaded, total, lengthComputable }) => {
      if (lengthComputable) bar.value = (loaded * 100) / total;
    });
    request.addEventListener("load", () => {
      end();
      if (request.responseURL && request.responseURL !== upload.action) {
        window.location.assign(request.responseURL);
      } else {
        shown(request);
      }
    });
    request.addEventListener("error", () => {
      end();
      document.dispatchEvent(new CustomEvent("htmx:sendError"));
    });
    request.addEventListener("abort", end);
    box.querySelector("[data-stop]").onclick = () => request.abort();
    bar.value = 0;
    box.hidden = false;
    button.disabled = true;
    request.send(new FormData(upload));
  });
}

enhance(document.querySelector("form[data-upload]"));
