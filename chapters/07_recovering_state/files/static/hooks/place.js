// The position in the log. A reload begins at the newest message; this goes back to where the user was.
export const Place = {
  mounted() {
    this.log = this.el.parentElement;
    this.name = `place:${location.pathname}`;
    const kept = Number(sessionStorage.getItem(this.name));
    // A user who has scrolled before the join stays there.
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

  // The list of messages was rendered again.
  reconnected() {
    this.log.scrollTop = this.away;
  },
};

function keep(name, place) {
  try {
    sessionStorage.setItem(name, place);
  } catch {
    // No room. An error here would interrupt the client while it handles the lost connection.
  }
}
