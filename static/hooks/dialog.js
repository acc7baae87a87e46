// A window within the page. A button that names it in aria-controls opens it at once; Escape closes it. The
// server fills it after it was opened, and drops its content after it was closed. A form in which something
// was typed is kept.
import { fillFormsIn } from "../leaving.js";

const SOON = 1_000;

const toFill = new Set();

// For the server, at the next join.
export const windowsToFill = () => [...toFill].join(" ");

export const Dialog = {
  mounted() {
    const opener = document.querySelector(`[aria-controls="${this.el.id}"]`);
    opener.addEventListener("click", () => this.open());
    // A click beside the window is a click on its backdrop, which belongs to the element itself.
    this.el.addEventListener("click", (event) => event.target === this.el && this.el.close());
    this.el.addEventListener("input", (event) => (this.begun ||= !event.target.closest("[role=search]")));
    this.el.addEventListener("close", () => this.closed());
  },

  beforeUpdate(coming) {
    fillFormsIn(coming);
  },

  // It may have been opened after the join was sent, and before the server answered.
  reconnected() {
    if (toFill.has(this.el.id)) this.tell();
  },

  open() {
    this.el.showModal();
    if (toFill.has(this.el.id)) return;
    toFill.add(this.el.id);
    this.tell();
  },

  // It may have been closed by mistake, and opened again.
  closed() {
    setTimeout(() => this.el.open || this.begun || this.drop(), SOON);
  },

  drop() {
    if (toFill.delete(this.el.id)) this.tell();
  },

  tell() {
    // Without a connection no server hears it. The next join tells it.
    this.pushEvent("windows", { windows: windowsToFill() }).catch(() => {});
  },
};
