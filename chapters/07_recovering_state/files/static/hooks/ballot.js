// The choices of a poll that are not votes yet. They live in the component around the questions, which is
// lost with its view. This hook keeps a copy, and hands it to the next component.
export const Ballot = {
  mounted() {
    this.stash();
  },

  // The first ballot of a new component is empty, and must not replace the copy.
  updated() {
    if (!this.away) this.stash();
  },

  disconnected() {
    this.away = true;
  },

  reconnected() {
    this.away = false;
    if (this.ballot === "{}") return;
    this.pushEventTo(this.el, "restore", { ballot: this.ballot }).catch(() => {});
  },

  stash() {
    this.ballot = this.el.dataset.ballot;
  },
};
