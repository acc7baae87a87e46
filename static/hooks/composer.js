// The form in which a message is written. What is in its field belongs to the browser.
import { wellFormed } from "../text.js";

export const Composer = {
  mounted() {
    this.text = this.el.querySelector("textarea");
    this.text.addEventListener("keydown", (event) => {
      // Enter sends, Shift+Enter breaks the line. While composing (Japanese, for one), Enter picks a word.
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.el.requestSubmit();
      }
    });
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
    if (!blank) this.send();
  },

  // From here on the outbox answers for it.
  send() {
    const outbox = document.getElementById("outbox");
    outbox.dispatchEvent(new CustomEvent("outbox:add", { detail: wellFormed(this.text.value) }));
    this.write("");
    document.getElementById("log").scrollTop = 0;
  },

  // A message that was refused comes back to be changed.
  take(content) {
    this.write([content, this.text.value].filter(Boolean).join("\n"));
  },

  // As if somebody had typed it, so that whoever keeps the draft hears of it.
  write(text) {
    this.text.value = text;
    this.text.dispatchEvent(new Event("input", { bubbles: true }));
    this.text.focus();
  },
};
