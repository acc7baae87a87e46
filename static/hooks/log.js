// The log of messages. A reader who has scrolled up stays there, and sees how many new messages there are.
export const Log = {
  mounted() {
    this.more = document.getElementById("more");
    this.more.addEventListener("click", () => (this.el.scrollTop = 0));
    this.el.addEventListener("scroll", () => this.atEnd() && this.tell(0));
    this.messages = document.getElementById("messages");
    this.newest = 0;
    this.watch = new MutationObserver(() => this.count());
    this.watch.observe(this.messages, { childList: true });
    this.tell(0);
  },

  destroyed() {
    this.watch.disconnect();
  },

  // The column is reversed: its end is at 0, and positions above it are negative.
  atEnd() {
    return this.el.scrollTop > -40;
  },

  // Messages are recognised by their ids: after a fault the whole list is sent again, with nothing new in it.
  count() {
    const others = [...this.messages.querySelectorAll(".message:not(.mine)")].map(idOf);
    const come = others.filter((id) => id > this.newest);
    this.tell(this.atEnd() ? 0 : this.unread + come.length);
  },

  tell(unread) {
    const { lastElementChild: last } = this.messages;
    if (last) this.newest = Math.max(this.newest, idOf(last));
    this.unread = unread;
    this.more.hidden = unread === 0;
    this.more.textContent = unread === 1 ? "1 new message" : `${unread} new messages`;
  },
};

function idOf(message) {
  return Number(message.id.replace("message-", ""));
}
