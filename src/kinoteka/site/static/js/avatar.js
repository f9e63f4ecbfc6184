// Crop a picture to a square for the avatar, by dragging or with sliders, and send it as JPEG.

const form = document.getElementById("avatar-form");
const input = form.querySelector("input[type=file]");
const crop = form.querySelector(".crop");
const canvas = form.querySelector("canvas");
const cancel = form.querySelector(".crop-cancel");
const tooLarge = document.getElementById("large-file");
const [zoom, across, down] = crop.querySelectorAll("input");
const pen = canvas.getContext("2d");
const QUALITY = 0.92;

let picture = null;
let cropped = false;

input.addEventListener("change", async () => {
  if (cropped) return;
  const file = input.files[0];
  tooLarge.hidden = !file || file.size <= Number(form.dataset.largest);
  close();
  if (!file || !tooLarge.hidden) return;
  try {
    open(await createImageBitmap(file));
  } catch {
    // Send a file that the browser cannot read unchanged; the server reports the problem.
  }
});

function open(bitmap) {
  picture = bitmap;
  zoom.value = 1;
  across.value = down.value = 0.5;
  crop.hidden = cancel.hidden = false;
  draw();
  zoom.focus();
}

function close() {
  picture?.close();
  picture = null;
  crop.hidden = cancel.hidden = true;
}

// The side of the square and its range, in pixels of the picture.
function square() {
  const side = Math.min(picture.width, picture.height) / zoom.value;
  return { side, roomX: picture.width - side, roomY: picture.height - side };
}

function draw() {
  const { side, roomX, roomY } = square();
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  const corner = [roomX * across.value, roomY * down.value];
  pen.drawImage(picture, ...corner, side, side, 0, 0, canvas.width, canvas.height);
}

for (const slider of [zoom, across, down]) slider.addEventListener("input", draw);

canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  canvas.classList.add("is-held");
});
canvas.addEventListener("pointermove", (event) => {
  if (!canvas.hasPointerCapture(event.pointerId)) return;
  const { side, roomX, roomY } = square();
  const scale = side / canvas.clientWidth;
  if (roomX) across.value -= (event.movementX * scale) / roomX;
  if (roomY) down.value -= (event.movementY * scale) / roomY;
  draw();
});
for (const end of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(end, () => canvas.classList.remove("is-held"));
}
canvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  zoom.value -= Math.sign(event.deltaY) * 0.1;
  draw();
});

cancel.addEventListener("click", () => {
  input.value = "";
  close();
  input.focus();
});

// Replace the file by the square and submit the form as usual.
form.addEventListener("submit", (event) => {
  if (!tooLarge.hidden) event.preventDefault();
  if (!picture || cropped || event.defaultPrevented) return;
  event.preventDefault();
  canvas.toBlob(
    (blob) => {
      const files = new DataTransfer();
      files.items.add(new File([blob], "avatar.jpg", { type: "image/jpeg" }));
      cropped = true;
      input.files = files.files;
      form.requestSubmit();
    },
    "image/jpeg",
    QUALITY,
  );
});
