// What is written and not sent. The tab writes it down at once, and tells the server when there is a pause.
const PAUSE = 400;
// A frame that is too long ends the socket, each time. What is longer is kept up to here.
const LONGEST = 20_000;

const nameOf = (element) => element?.querySelector("[data-draft]")?.dataset.draft;

// For the params of a join: what this tab has not told the server yet. Undefined when there is nothing.
export function stashedDraft(view) {
  const name = nameOf(view);
  return name ? sessionStorage.getItem(name)?.slice(0, LONGEST) : undefined;
}

export const Draft = {
  mounted() {
    this.name = this.el.dataset.draft;
    this.text = this.el.querySelector("textarea");
    this.mark = this.el.querySelector(".draft-mark");
    // After a refresh the page was made before the join told the newest letters.
    const stashed = sessionStorage.getItem(this.name);
    if (stashed !== null) this.text.value = stashed;
    this.told(this.text.value);
    this.text.addEventListener("input", () => this.write());
    this.leave = () => this.stop();
    addEventListener("beforeunload", this.leave);
  },

  destroyed() {
    this.stop();
    removeEventListener("beforeunload", this.leave);
  },

  // The next page may be on its way already, without what would be told now. Its join tells it.
  stop() {
    clearTimeout(this.timer);
    this.leaving = true;
  },

  // The join has told what was stashed. What came after that is told now.
  reconnected() {
    if (sessionStorage.getItem(this.name) !== null) this.tell();
  },

  write() {
    try {
      sessionStorage.setItem(this.name, this.text.value);
    } catch {
      // No room, or not allowed. Then the last letters before a refresh are lost.
    }
    this.mark.hidden = true;
    this.leaving = false;
    clearTimeout(this.timer);
    // An empty field has most likely been sent. Nobody shall find that on another device.
    this.timer = setTimeout(() => this.tell(), this.text.value ? PAUSE : 0);
  },

  async tell() {
    const content = this.text.value;
    const heard = this.pushEvent("draft", { content: content.slice(0, LONGEST) }).then(() => true);
    if (await heard.catch(() => false)) this.told(content);
  },

  // What the server has is marked, and needs no second place, unless it has changed meanwhile.
  told(content) {
    const isWhole = content.length <= LONGEST;
    this.mark.hidden = !isWhole || content === "" || content !== this.text.value;
    const stashed = sessionStorage.getItem(this.name);
    if (isWhole && stashed === content && !this.leaving) sessionStorage.removeItem(this.name);
  },
};
