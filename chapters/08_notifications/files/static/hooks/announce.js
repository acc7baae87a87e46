// A list in which the server marks what is new for this user: data-notify, a conversation that somebody else
// has begun; data-incoming, an unread message. What comes while the page is open is announced.
import { post } from "../notes.js";

const MARKED = "[data-notify], [data-incoming]";
const NEW = "You are in a new conversation.";
const LONGEST = 200;
// A flag or a family is one letter, but many characters.
const letters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

export const Announce = {
  mounted() {
    this.known = new Set();
    // Items that are there when the page opens need no announcement.
    post({ notes: this.fresh(), quiet: true });
    this.watch = new MutationObserver(() => this.announce());
    const attributeFilter = ["data-notify", "data-incoming"];
    this.watch.observe(this.el, { childList: true, subtree: true, attributeFilter });
  },

  destroyed() {
    this.watch.disconnect();
  },

  announce() {
    const notes = this.fresh();
    if (notes.length) post({ notes });
  },

  // After a fault the whole list is rendered again. This remembers what was announced before.
  fresh() {
    const marked = [...this.el.querySelectorAll(MARKED)].flatMap(notesOf);
    const notes = marked.filter(({ tag }) => !this.known.has(tag));
    for (const { tag } of notes) this.known.add(tag);
    return notes;
  },
};

// The texts of a notification stand in the page already.
function notesOf(item) {
  const { notify, incoming } = item.dataset;
  const { title, body, url } = item.querySelector("a") ? entry(item) : message(item);
  const notes = [];
  if (notify) notes.push({ tag: notify, title, body: NEW, url });
  if (incoming) notes.push({ tag: incoming, title, body: shortened(body), url });
  return notes;
}

function shortened(body) {
  if (body.length <= LONGEST) return body;
  return `${body.slice(0, letters.segment(body).containing(LONGEST - 1).index)}…`;
}

function entry(item) {
  const { pathname } = item.querySelector("a");
  return { title: textOf(item, ".title"), body: textOf(item, ".last-line"), url: pathname };
}

function message(item) {
  const body = `${textOf(item, ".author")}: ${textOf(item, ".bubble")}`;
  return { title: textOf(document, "#title"), body, url: location.pathname };
}

function textOf(place, selector) {
  return place.querySelector(selector).textContent.trim();
}
