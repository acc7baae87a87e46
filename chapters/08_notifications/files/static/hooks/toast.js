// A toast disappears after some time. While the mouse or the focus is on it, it stays, and then the time
// begins again.
const TIME = 8_000;

export const Toast = {
  mounted() {
    for (const here of ["mouseenter", "focusin"]) this.el.addEventListener(here, () => this.stop());
    for (const gone of ["mouseleave", "focusout"]) this.el.addEventListener(gone, () => this.start());
    this.start();
  },

  destroyed() {
    this.stop();
  },

  start() {
    this.stop();
    this.timer = setTimeout(() => this.el.querySelector("button").click(), TIME);
  },

  stop() {
    clearTimeout(this.timer);
  },
};
