// The draft: text that is not sent. The tab stores it at once, and tells the server after a pause.
import { cut, wellFormed } from "../text.js";

const PAUSE = 400;
// Without a pause in the typing, the server is told after this time.
const LONGEST_WAIT = 2_000;
// A frame that is too long ends the socket, each time. A longer text is kept up to here.
const LONGEST = 20_000;

// For the params of a join: text that the server does not have yet. Undefined if there is none.
export function stashedDraft(view) {
  const place = view?.querySelector("[data-draft]");
  const stashed = place && stashedIn(place);
  return stashed === null || stashed === undefined ? undefined : cut(stashed, LONGEST);
}

// Before the join, which may take long: each letter is stored from the first one on.
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
    // A word that is being composed (in Japanese, say) is no text yet. Safari ends it before the last input.
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

  // The join has told the stashed text. Later changes are told now.
  reconnected() {
    if (this.isUntold()) this.compare();
  },

  // Only what the server confirms is marked as kept.
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
    // An empty field was most likely sent. No other device should show that text.
    this.timer = setTimeout(() => this.tell(), this.text.value ? Math.min(PAUSE, left) : 0);
  },

  async tell() {
    if (this.composing) return;
    clearTimeout(this.timer);
    this.since = undefined;
    const content = this.text.value;
    const answer = await this.pushEvent("draft", { content: cut(content, LONGEST) }).catch(() => null);
    if (answer?.kept) this.told(content);
    // The database cannot store it now. It stays in the tab, and is told again.
    else if (answer) this.timer = setTimeout(() => this.tell(), LONGEST_WAIT);
  },

  isUntold() {
    return this.text.value !== this.known;
  },

  // Text that the server has is removed from the tab, unless it has changed meanwhile.
  // If the next page is being loaded without it, it stays, and the join of that page tells it.
  told(content) {
    this.known = content;
    const isWhole = content.length <= LONGEST;
    this.mark.hidden = !isWhole || content === "" || this.isUntold();
    if (isWhole && stashedIn(this.el) === content && !this.leaving) sessionStorage.removeItem(this.name);
  },

  // A socket may close before it has sent everything. The browser sends this, even after the tab was closed.
  flush() {
    if (!this.isUntold()) return;
    const letter = new FormData();
    letter.set("_csrf_token", document.querySelector("meta[name='csrf-token']").content);
    letter.set("content", cut(this.text.value, LONGEST));
    navigator.sendBeacon(`${location.pathname}/draft`, letter);
  },
};

// Shows the text of the tab, which may be newer than the page. Text that was written before the join, in
// front of an older draft, stays below it.
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
    // No room, or not allowed. Then the last letters before a reload are lost.
  }
}
