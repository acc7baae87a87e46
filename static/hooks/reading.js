// Tells how far the user has read: to the end of the log, while that is visible.
import { post } from "../notes.js";

// In milliseconds: the delay, and the shortest time between two reports.
const SOON = 150;
const SELDOM = 500;

// For the server, at the next join: the line that was shown stays where it is.
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

  // The view is new, and does not know this page.
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
    // Several messages are reported together. One that comes while the timer runs is reported at its end.
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
    // Without a connection nothing arrives. It is reported again after the next join.
    this.pushEvent(event, params).catch(() => {});
  },
};
