// Where somebody was reading. A refresh begins at the newest message; this goes back to where they were.
export const Place = {
  mounted() {
    this.log = this.el.parentElement;
    this.name = `place:${location.pathname}`;
    const kept = Number(sessionStorage.getItem(this.name));
    // Whoever has moved on before the join stays there.
    if (kept && this.log.scrollTop === 0) this.log.scrollTop = kept;
    this.keep = () => keep(this.name, this.log.scrollTop);
    addEventListener("pagehide", this.keep);
  },

  destroyed() {
    removeEventListener("pagehide", this.keep);
  },

  disconnected() {
    this.keep();
    this.away = this.log.scrollTop;
  },

  // The list of messages has been made anew.
  reconnected() {
    this.log.scrollTop = this.away;
  },
};

function keep(name, place) {
  try {
    sessionStorage.setItem(name, place);
  } catch {
    // No room. An error here would go to the client, in the middle of its own work on a lost line.
  }
}
