// The messages. Who has scrolled up to read is left there, and told how many have come meanwhile.
export const Log = {
  mounted() {
    this.more = document.getElementById("more");
    this.more.addEventListener("click", () => (this.el.scrollTop = 0));
    this.el.addEventListener("scroll", () => this.atEnd() && this.tell(0));
    this.watch = new MutationObserver((changes) => this.count(changes));
    this.watch.observe(document.getElementById("messages"), { childList: true });
    this.tell(0);
  },

  destroyed() {
    this.watch.disconnect();
  },

  // The column is reversed: its end is at 0, and what is above has negative numbers.
  atEnd() {
    return this.el.scrollTop > -40;
  },

  count(changes) {
    const added = changes.flatMap((change) => [...change.addedNodes]);
    if (!this.atEnd()) this.tell(this.unread + added.filter((node) => node.matches?.(".message")).length);
  },

  tell(unread) {
    this.unread = unread;
    this.more.hidden = unread === 0;
    this.more.textContent = unread === 1 ? "1 new message" : `${unread} new messages`;
  },
};
