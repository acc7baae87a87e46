// The outbox: messages on their way. Each has a key, and is sent again until the server has answered.
import { bubble } from "../bubble.js";
import { load, newKey, save } from "../storage.js";
import { wellFormed } from "../text.js";

const TRIES = 5;
const PREFIX = "outbox:";
const NO_ANSWER = "The server could not take it.";
// The client's words for an answer of the server that only says that the event failed.
const UNREADABLE = "failed with reason";

export const Outbox = {
  mounted() {
    this.open();
    this.attempt = 0;
    this.messages = document.getElementById("messages");
    this.arrivals = new MutationObserver(() => this.changed());
    this.arrivals.observe(this.messages, { childList: true });
    this.el.addEventListener("outbox:add", (event) => this.add(event.detail));
    this.el.addEventListener("click", (event) => this.clicked(event.target.closest("button")));
    this.changed();
    this.send();
  },

  // Its name contains the user and the conversation. Another name means another outbox.
  open() {
    this.name = this.el.dataset.name;
    this.items = load(this.name);
  },

  updated() {
    if (this.name === this.el.dataset.name) return;
    this.waiting = null;
    this.attempt += 1;
    this.open();
    this.changed();
    this.send();
  },

  destroyed() {
    this.arrivals.disconnect();
    clearTimeout(this.timer);
  },

  disconnected() {
    this.away = true;
    this.attempt += 1;
    // A message that ends the view or the connection would do so each time, and block those behind it.
    if (this.waiting && ++this.waiting.tries === TRIES) this.waiting.refused = NO_ANSWER;
    this.waiting = null;
    this.changed();
  },

  reconnected() {
    this.away = false;
    this.updated();
    this.send();
  },

  add(content) {
    this.items.push({ key: newKey(), content, tries: 0, refused: "" });
    this.changed();
    this.send();
  },

  // One at a time, so that they are stored in the order in which they were written.
  async send() {
    const item = this.items.find((one) => !one.sent && !one.refused);
    if (!item || this.waiting || this.away) return;
    this.waiting = item;
    const attempt = ++this.attempt;
    const { key, content } = item;
    // The server is told which conversation it is for, and refuses it for any other.
    const to = this.name.slice(PREFIX.length);
    const told = this.pushEvent("send", { key, content: wellFormed(content), to });
    // A lost connection gives no answer. The message is then sent again over the next one.
    const answer = await told.catch(({ message }) => ({ none: !message.includes(UNREADABLE) }));
    if (answer?.none || attempt !== this.attempt) return;
    this.waiting = null;
    if (answer?.later) {
      // The database cannot store it now. It is sent again without any help of the user.
      this.timer = setTimeout(() => this.send(), answer.later * 1000);
      return;
    }
    item.sent = answer?.sent;
    item.refused = item.sent ? "" : (answer?.refused ?? NO_ANSWER);
    this.changed();
    this.send();
  },

  clicked(button) {
    const item = this.items.find((one) => one.key === button?.dataset.key);
    if (!item) return;
    Object.assign(item, { tries: 0, refused: "" });
    if (button.value === "edit") {
      this.items.splice(this.items.indexOf(item), 1);
      const composer = document.getElementById("composer");
      composer.dispatchEvent(new CustomEvent("composer:take", { detail: item.content }));
    }
    this.changed();
    this.send();
  },

  // A message in the log is stored, with or without an answer, and needs no second bubble.
  changed() {
    const newest = Number(this.messages.lastElementChild?.id.replace("message-", ""));
    const arrived = ({ key, sent }) =>
      sent <= newest || this.messages.querySelector(`[data-key="${key}"]`) !== null;
    this.items = this.items.filter((item) => item === this.waiting || !arrived(item));
    save(this.name, this.el.dataset.title, this.items.filter((item) => !item.sent));
    this.show(this.items.filter((item) => !arrived(item)));
  },

  show(items) {
    const now = JSON.stringify(items);
    if (now !== this.shown) this.el.replaceChildren(...items.map(bubble));
    this.shown = now;
  },
};
