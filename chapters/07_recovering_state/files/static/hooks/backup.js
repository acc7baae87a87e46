// A copy of a form, in case its page or its connection is lost. It is offered and not put back by itself,
// since it may be old. Its name contains the user: others may use this browser later.
const PREFIX = "backup:";

export const Backup = {
  mounted() {
    this.name = PREFIX + this.el.dataset.backup;
    this.form = this.el.querySelector("form");
    this.form.addEventListener("input", () => (this.unsaved = true));
    this.el.addEventListener("click", (event) => this.answer(event.target.closest("button")?.value));
    this.handleEvent(`saved:${this.el.id}`, () => this.saved());
    this.warn = (event) => this.isUnsaved() && event.preventDefault();
    this.leave = () => this.store();
    addEventListener("beforeunload", this.warn);
    addEventListener("pagehide", this.leave);
    // A phone may end a page in the background without an event.
    document.addEventListener("visibilitychange", this.leave);
    this.offer();
  },

  destroyed() {
    removeEventListener("beforeunload", this.warn);
    removeEventListener("pagehide", this.leave);
    document.removeEventListener("visibilitychange", this.leave);
  },

  disconnected() {
    this.store();
  },

  reconnected() {
    this.offer();
  },

  // A form that the user has emptied has nothing to save.
  isUnsaved() {
    return this.unsaved && this.fields().some(([, value]) => value.trim() !== "");
  },

  fields() {
    return [...new FormData(this.form)].filter(([, value]) => typeof value === "string");
  },

  store() {
    if (!this.isUnsaved()) return;
    const copy = { at: Date.now(), fields: this.fields() };
    try {
      localStorage.setItem(this.name, JSON.stringify(copy));
    } catch {
      // No room, or not allowed. Then only the warning before leaving remains.
    }
  },

  copy() {
    try {
      return JSON.parse(localStorage.getItem(this.name));
    } catch {
      return null;
    }
  },

  // A copy that equals the form is not offered.
  offer() {
    const copy = this.copy();
    const same = JSON.stringify(copy?.fields) === JSON.stringify(this.fields());
    const offer = this.el.querySelector("[data-offer]");
    offer.hidden = !copy || same;
    if (!copy) return;
    const at = new Date(copy.at);
    // A time alone means today.
    const day = at.toDateString() === new Date().toDateString() ? {} : { day: "numeric", month: "short" };
    const words = at.toLocaleString([], { ...day, hour: "2-digit", minute: "2-digit" });
    offer.querySelector("[data-at]").textContent = words;
  },

  answer(wanted) {
    if (wanted === "bring-back") this.bringBack();
    if (wanted === "throw-away") this.saved();
  },

  bringBack() {
    for (const [name, value] of this.copy()?.fields ?? []) {
      const field = this.form.elements[name];
      if (!field) continue;
      field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    this.offer();
  },

  saved() {
    this.unsaved = false;
    localStorage.removeItem(this.name);
    this.offer();
  },
};
