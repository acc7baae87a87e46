// A window within the page. The button that names it in aria-controls opens it, at once; Escape closes it.
// The server fills it when it is told to, and drops what stands in it when it is closed. If somebody has begun
// something in it, it stays.
import { fillFormsIn } from "../leaving.js";

const SOON = 1_000;

const toFill = new Set();

// For the server, when the page joins again.
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

  // It may have been opened when the server had been asked to join, and had not answered.
  reconnected() {
    if (toFill.has(this.el.id)) this.tell();
  },

  open() {
    this.el.showModal();
    if (toFill.has(this.el.id)) return;
    toFill.add(this.el.id);
    this.tell();
  },

  // Somebody may have closed it by mistake, and opens it again.
  closed() {
    setTimeout(() => this.el.open || this.begun || this.drop(), SOON);
  },

  drop() {
    if (toFill.delete(this.el.id)) this.tell();
  },

  tell() {
    // Without a connection nobody hears it. The join tells it then.
    this.pushEvent("windows", { windows: windowsToFill() }).catch(() => {});
  },
};
