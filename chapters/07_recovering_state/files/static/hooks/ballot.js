// What was chosen in a poll and not voted for yet. It lives in the component around the questions, which is
// lost with its view. This keeps a copy, and hands it to the component that comes after.
export const Ballot = {
  mounted() {
    this.stash();
  },

  // What the new component shows at first is nothing that we want to keep.
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
