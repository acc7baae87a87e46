// The form in which a message is written. What is in its field belongs to the browser.
export const Composer = {
  mounted() {
    const text = this.el.querySelector("textarea");
    let sent = "";

    text.addEventListener("keydown", (event) => {
      // Enter sends, Shift+Enter breaks the line. While composing (Japanese, for one), Enter picks a word.
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        // The client sets this class while it waits for the answer. One message at a time.
        if (!this.el.classList.contains("phx-submit-loading")) this.el.requestSubmit();
      }
    });

    this.el.addEventListener("submit", () => {
      sent = text.value;
      // The client takes the focus away while it waits, and gives it back later. We go on writing meanwhile.
      text.focus();
      setTimeout(() => text.focus());
    });

    // The server has stored it. Now, and not before, it may go; what was typed meanwhile stays.
    this.handleEvent("message-sent", () => {
      text.value = text.value.replace(sent, "");
      document.getElementById("log").scrollTop = 0;
    });
  },
};
