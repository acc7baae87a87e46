// What is written and not sent. The tab writes it down at once, and tells the server when there is a pause.
import { cut, wellFormed } from "../text.js";

const PAUSE = 400;
// Whoever writes without a pause is not waited for longer than this.
const LONGEST_WAIT = 2_000;
// A frame that is too long ends the socket, each time. What is longer is kept up to here.
const LONGEST = 20_000;

// For the params of a join: what this tab has not told the server yet. Undefined when there is nothing.
export function stashedDraft(view) {
  const place = view?.querySelector("[data-draft]");
  const stashed = place && stashedIn(place);
  return stashed === null || stashed === undefined ? undefined : cut(stashed, LONGEST);
}

// Before the join, which may take long: each letter is written down from the first one on.
export function keepEarlyDraft() {
  for (const place of document.querySelectorAll("[data-draft]")) {
    takeUp(place);
    place.addEventListener("input", () => writeDown(place));
  }
}

export const Draft = {
  mounted() {
    this.name = this.el.dataset.draft;
    this.text = this.el.querySelector("textarea");
    this.mark = this.el.querySelector(".draft-mark");
    takeUp(this.el);
    this.compare();
    this.text.addEventListener("input", () => this.write());
    // While a word is composed (Japanese, for one) it is nobody's yet. Safari says its end before the last input.
    this.text.addEventListener("compositionstart", () => (this.composing = true));
    this.text.addEventListener("compositionend", () => {
      this.composing = false;
      this.write();
    });
    this.leave = () => (this.leaving = true);
    this.end = () => this.flush();
    this.hide = () => document.visibilityState === "hidden" && this.isUntold() && this.tell();
    addEventListener("beforeunload", this.leave);
    addEventListener("pagehide", this.end);
    document.addEventListener("visibilitychange", this.hide);
  },

  destroyed() {
    this.flush();
    clearTimeout(this.timer);
    removeEventListener("beforeunload", this.leave);
    removeEventListener("pagehide", this.end);
    document.removeEventListener("visibilitychange", this.hide);
  },

  // The join has told what was stashed. What came after that is told now.
  reconnected() {
    if (this.isUntold()) this.compare();
  },

  // The server says what it has. Only that is marked as kept.
  compare() {
    const { kept } = this.el.dataset;
    if (kept === this.text.value) this.told(kept);
    else this.soon();
  },

  write() {
    writeDown(this.el);
    this.mark.hidden = true;
    this.leaving = false;
    this.soon();
  },

  soon() {
    this.since ??= performance.now();
    const left = this.since + LONGEST_WAIT - performance.now();
    clearTimeout(this.timer);
    // An empty field has most likely been sent. Nobody shall find that on another device.
    this.timer = setTimeout(() => this.tell(), this.text.value ? Math.min(PAUSE, left) : 0);
  },

  async tell() {
    if (this.composing) return;
    clearTimeout(this.timer);
    this.since = undefined;
    const content = this.text.value;
    const answer = await this.pushEvent("draft", { content: cut(content, LONGEST) }).catch(() => null);
    if (answer?.kept) this.told(content);
    // The database cannot take it now. It stays in the tab, and is told again.
    else if (answer) this.timer = setTimeout(() => this.tell(), LONGEST_WAIT);
  },

  isUntold() {
    return this.text.value !== this.known;
  },

  // What the server has is marked, and needs no second place, unless it has changed meanwhile.
  // The next page may be on its way already, made without it. Then it stays, and that page's join tells it.
  told(content) {
    this.known = content;
    const isWhole = content.length <= LONGEST;
    this.mark.hidden = !isWhole || content === "" || this.isUntold();
    if (isWhole && stashedIn(this.el) === content && !this.leaving) sessionStorage.removeItem(this.name);
  },

  // A socket may close before it has sent all. The browser itself sends this, also after the tab has gone.
  flush() {
    if (!this.isUntold()) return;
    const letter = new FormData();
    letter.set("_csrf_token", document.querySelector("meta[name='csrf-token']").content);
    letter.set("content", cut(this.text.value, LONGEST));
    navigator.sendBeacon(`${location.pathname}/draft`, letter);
  },
};

// Shows what the tab has written down, which may be newer than the page. What somebody has written already,
// in front of an older draft, stays below that.
function takeUp(place) {
  const text = place.querySelector("textarea");
  const stashed = stashedIn(place);
  const typed = text.value !== text.defaultValue;
  if (!typed && stashed === null) text.value = place.dataset.kept;
  else if (!typed) text.value = stashed;
  else {
    const { value, defaultValue } = text;
    const added = value.startsWith(defaultValue) ? value.slice(defaultValue.length).trimStart() : value;
    if (stashed && !value.includes(stashed)) text.value = `${stashed}\n${added}`;
    writeDown(place);
  }
}

function stashedIn(place) {
  try {
    const text = sessionStorage.getItem(place.dataset.draft);
    return text === null ? null : wellFormed(text);
  } catch {
    return null;
  }
}

function writeDown(place) {
  try {
    sessionStorage.setItem(place.dataset.draft, place.querySelector("textarea").value);
  } catch {
    // No room, or not allowed. Then the last letters before a refresh are lost.
  }
}
