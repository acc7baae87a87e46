// Says how far somebody has read: to the end of the log, while they have it before their eyes.
import { post } from "../notes.js";

// In milliseconds: after that it is said, and not more often than this.
const SOON = 150;
const SELDOM = 500;

// For the server, when the page joins again: the line that was shown stays where it is.
export function lineAt() {
  const line = document.querySelector(".unread-line");
  return Number(line?.parentElement.id.replace("message-", "") ?? 0);
}

export const Reading = {
  mounted() {
    this.log = document.getElementById("log");
    this.messages = document.getElementById("messages");
    this.look = () => this.tell();
    this.watch = new MutationObserver(this.look);
    this.watch.observe(this.messages, { childList: true });
    this.log.addEventListener("scroll", this.look);
    document.addEventListener("visibilitychange", this.look);
    this.begin();
  },

  // The server has begun anew, and knows nothing of this page.
  reconnected() {
    this.begin();
  },

  destroyed() {
    this.watch.disconnect();
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.look);
  },

  begin() {
    this.told = -1;
    this.said = -SELDOM;
    this.away = false;
    this.tell();
  },

  tell() {
    const hidden = document.visibilityState === "hidden";
    if (hidden && !this.away) this.push("away", {});
    if (!hidden && this.away) this.told = -1;
    this.away = hidden;
    if (hidden) this.timer = clearTimeout(this.timer);
    // Several messages at once are read at once. One that comes while the timer runs is read when it ends.
    else this.timer ??= setTimeout(() => this.read(), Math.max(SOON, this.said + SELDOM - performance.now()));
  },

  // The column is reversed: its end is at 0.
  read() {
    this.timer = undefined;
    const to = Number(this.messages.lastElementChild?.id.replace("message-", "") ?? 0);
    if (this.log.scrollTop < -40 || to <= this.told) return;
    this.told = to;
    this.said = performance.now();
    this.push("read", { to });
    post({ read: location.pathname });
  },

  push(event, params) {
    // Without a connection nobody hears it. Then it is said again after it has come back.
    this.pushEvent(event, params).catch(() => {});
  },
};
