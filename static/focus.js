// A link that moves within the page loses the focus, and each join inserts the items of a stream again. This
// keeps the focus where it was, for readers who use the keyboard.
let focused = null;

export const keepFocus = {
  onPatchStart() {
    focused = document.activeElement;
  },

  onPatchEnd() {
    const lost = document.activeElement === document.body && focused !== document.body;
    if (lost && focused?.isConnected) focused.focus({ preventScroll: true });
  },
};
