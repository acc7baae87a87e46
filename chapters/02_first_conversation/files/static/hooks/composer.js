// The form in which a message is written. The text in its field belongs to the browser.
export const Composer = {
  mounted() {
    const text = this.el.querySelector("textarea");
    let sent = "";

    text.addEventListener("keydown", (event) => {
      // Enter sends, Shift+Enter breaks the line. While a word is composed (in Japanese, say), Enter picks
      // it.
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        // The client sets this class while it waits for the answer. Only one message is sent at a time.
        if (!this.el.classList.contains("phx-submit-loading")) this.el.requestSubmit();
      }
    });

    this.el.addEventListener("submit", () => {
      sent = text.value;
      // The client removes the focus while it waits, and returns it later. This keeps it for writing.
      text.focus();
      setTimeout(() => text.focus());
    });

    // The server has stored the message. Only now may it be cleared. What was typed meanwhile stays.
    this.handleEvent("message-sent", () => {
      text.value = text.value.replace(sent, "");
      document.getElementById("log").scrollTop = 0;
    });
  },
};
