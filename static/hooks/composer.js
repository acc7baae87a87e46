// The form in which a message is written. The text in its field belongs to the browser.
import { lengthOf, wellFormed } from "../text.js";

// With so many characters left or fewer, the composer shows the number.
const NEAR = 200;

export const Composer = {
  mounted() {
    this.text = this.el.querySelector("textarea");
    this.text.addEventListener("keydown", (event) => {
      // Enter sends, Shift+Enter breaks the line.
      if (event.key === "Enter" && !event.shiftKey && !isComposing(event)) {
        event.preventDefault();
        this.el.requestSubmit();
      }
    });
    this.text.addEventListener("input", () => this.count());
    this.count();
    this.el.addEventListener("submit", (event) => this.submit(event));
    this.el.addEventListener("composer:take", (event) => this.take(event.detail));
  },

  submit(event) {
    const blank = this.text.value.trim() === "";
    // The server explains what is wrong with an empty message, if it can be reached.
    if (blank && !this.el.closest(".phx-error")) {
      // The client removes the focus while it waits, and returns it later. This keeps it for writing.
      setTimeout(() => this.text.focus());
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (!blank && this.count() >= 0) this.send();
  },

  // Too long text stays, so that it can be shortened. A maxlength would cut off what is pasted.
  count() {
    const place = document.getElementById("composer-count");
    const left = Number(place.dataset.longest) - lengthOf(this.text.value);
    const words = left < 0 ? `${-left} characters too many` : `${left} characters left`;
    place.textContent = left > NEAR ? "" : words;
    this.text.setAttribute("aria-invalid", left < 0);
    return left;
  },

  // From here on the outbox is responsible for it.
  send() {
    const outbox = document.getElementById("outbox");
    outbox.dispatchEvent(new CustomEvent("outbox:add", { detail: wellFormed(this.text.value) }));
    this.write("");
    document.getElementById("log").scrollTop = 0;
  },

  // A refused message comes back to be changed.
  take(content) {
    this.write([content, this.text.value].filter(Boolean).join("\n"));
  },

  // As if it were typed, so that the draft hook notices it.
  write(text) {
    this.text.value = text;
    this.text.dispatchEvent(new Event("input", { bubbles: true }));
    this.text.focus();
  },
};

// While a word is composed, Enter picks it. Safari reports the end of the composition before the key, whose
// code is then 229.
function isComposing(event) {
  return event.isComposing || event.keyCode === 229;
}
