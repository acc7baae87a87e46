// A link that moves within the page loses the focus, and each join puts the items of a stream in anew. Whoever
// goes through the list by the keyboard stays where they are.
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
