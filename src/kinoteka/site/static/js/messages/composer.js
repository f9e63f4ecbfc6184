// The message field: drafts, sending with Enter, and editing of messages.

const LONGEST = 4000;
const NEAR = 3600;
const PAUSE = 300;

export class Composer extends EventTarget {
  constructor(form, store, chat) {
    super();
    this.form = form;
    this.area = form.elements.text;
    this.button = form.querySelector("[type=submit]");
    this.counter = form.querySelector(".composer-count");
    this.failure = form.querySelector(".composer-failure");
    this.editing = form.querySelector(".composer-editing");
    this.store = store;
    this.name = `draft:${chat}`;
    this.edited = null;
    this.area.value = this.area.value || store.read(this.name, "");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.area.addEventListener("input", () => this.changed());
    this.area.addEventListener("keydown", (event) => this.pressed(event));
    this.editing.querySelector("button").addEventListener("click", () => this.leaveEditing());
    addEventListener("pagehide", () => this.keepDraft());
    this.changed();
  }

  get text() {
    return this.area.value.trim();
  }

  // Count like the server: characters of the NFC text.
  get length() {
    const { value } = this.area;
    return value.length < NEAR / 4 ? value.length : [...value.trim().normalize("NFC")].length;
  }

  changed() {
    const { length } = this;
    this.counter.hidden = length < NEAR;
    this.counter.textContent = `${length} / ${LONGEST}`;
    this.counter.classList.toggle("is-over", length > LONGEST);
    this.button.disabled = length > LONGEST;
    this.area.rows = Math.min(8, this.area.value.split("\n").length);
    this.say("");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keepDraft(), PAUSE);
  }

  keepDraft() {
    clearTimeout(this.timer);
    if (!this.edited) this.store.write(this.name, this.area.value || null);
  }

  pressed(event) {
    // While an input method composes a word (Japanese, Chinese), Enter accepts its suggestion.
    if (event.isComposing || event.keyCode === 229) return;
    const isTouch = matchMedia("(hover: none) and (pointer: coarse)").matches;
    if (event.key === "Enter" && !event.shiftKey && !isTouch) {
      event.preventDefault();
      this.form.requestSubmit(this.button.disabled ? undefined : this.button);
    } else if (event.key === "ArrowUp" && this.area.value === "" && !this.edited) {
      event.preventDefault();
      this.tell("edit-last");
    } else if (event.key === "Escape" && this.edited) {
      event.preventDefault();
      this.leaveEditing();
    }
  }

  send() {
    const { text } = this;
    if (!text || this.length > LONGEST) return;
    if (this.edited) {
      this.tell("edited", { message: this.edited, text });
      return;
    }
    this.tell("written", { text });
    this.area.value = "";
    this.changed();
    this.keepDraft();
  }

  edit(message) {
    this.keepDraft();
    this.edited = message;
    this.editing.hidden = false;
    this.fill(message.text);
  }

  leaveEditing() {
    if (!this.edited) return;
    this.edited = null;
    this.editing.hidden = true;
    this.fill(this.store.read(this.name, ""));
  }

  fill(text) {
    this.area.value = text;
    this.changed();
    this.area.focus();
    this.area.setSelectionRange(text.length, text.length);
  }

  say(sentence) {
    if (this.failure.textContent !== sentence) this.failure.textContent = sentence;
    this.failure.hidden = !sentence;
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
