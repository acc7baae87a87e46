// The form in which a message is written. What is in its field belongs to the browser.
import { lengthOf, wellFormed } from "../text.js";

// From so many characters before the end on, the composer says how many are left.
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
    // Of an empty message the server says what is wrong, if it can be asked.
    if (blank && !this.el.closest(".phx-error")) {
      // The client takes the focus away while it waits, and gives it back later. We go on writing meanwhile.
      setTimeout(() => this.text.focus());
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (!blank && this.count() >= 0) this.send();
  },

  // Nothing is cut off, as a maxlength would do with what is pasted. What is too long stays, to be shortened.
  count() {
    const place = document.getElementById("composer-count");
    const left = Number(place.dataset.longest) - lengthOf(this.text.value);
    const words = left < 0 ? `${-left} characters too many` : `${left} characters left`;
    place.textContent = left > NEAR ? "" : words;
    this.text.setAttribute("aria-invalid", left < 0);
    return left;
  },

  // From here on the outbox answers for it.
  send() {
    const outbox = document.getElementById("outbox");
    outbox.dispatchEvent(new CustomEvent("outbox:add", { detail: wellFormed(this.text.value) }));
    this.text.value = "";
    this.count();
    this.text.focus();
    document.getElementById("log").scrollTop = 0;
  },

  // A message that was refused comes back to be changed.
  take(content) {
    this.text.value = [content, this.text.value].filter(Boolean).join("\n");
    this.count();
    this.text.focus();
  },
};

// While a word is composed, Enter picks it. Safari says that it is done before it tells of the key, which then
// has the number 229.
function isComposing(event) {
  return event.isComposing || event.keyCode === 229;
}
