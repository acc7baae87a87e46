// On the dashboard: messages that could not be sent. They can be read here, and deleted.
import { element, words } from "../bubble.js";
import { everything, save, load } from "../storage.js";

export const Unsent = {
  mounted() {
    this.el.addEventListener("click", (event) => {
      const { name, key } = event.target.closest("button")?.dataset ?? {};
      if (name) this.discard(name, key);
    });
    this.show();
  },

  show() {
    const kept = everything(this.el.dataset.me);
    const lines = kept.flatMap(([mark, { title, items }]) => items.map((item) => this.line(mark, title, item)));
    this.el.querySelector("ul").replaceChildren(...lines);
    this.el.hidden = lines.length === 0;
  },

  line(mark, title, { key, content }) {
    const discard = element("button", "", "Discard");
    Object.assign(discard.dataset, { name: `outbox:${this.el.dataset.me}:${mark}`, key });
    discard.type = "button";
    return element("li", "", words(content), this.place(mark, title), discard);
  },

  // A member can open the conversation, and the message is sent there.
  place(mark, title) {
    const there = document.querySelector(`[data-mark="${mark}"] a`);
    if (!there) return element("span", "muted", `in “${title}”`);
    const link = element("a", "", `Send it in “${title}”`);
    link.href = there.href;
    return link;
  },

  discard(name, key) {
    save(name, "", load(name).filter((item) => item.key !== key));
    this.show();
  },
};
