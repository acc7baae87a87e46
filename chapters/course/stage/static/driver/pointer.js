// A pointer that the class can follow, above everything in the page, and outside of the elements that patches change.

const pointer = {
  element: null,
  x: innerWidth / 2,
  y: innerHeight - 40,

  make() {
    const element = document.createElement("div");
    element.id = "parley-pointer";
    element.dataset.parley = "pointer";
    element.setAttribute("aria-hidden", "true");
    element.innerHTML =
      '<svg viewBox="0 0 24 24" width="30" height="30"><path d="M4 2 L20 13 L12.5 14.2 L16.5 21.5 L13.6 23 L9.7 15.6 L4 20.5 Z" fill="#111" stroke="#fff" stroke-width="1.6"/></svg>';
    Object.assign(element.style, {
      position: "fixed", inset: "auto", left: "0", top: "0", margin: "0", padding: "0", border: "0",
      background: "none", overflow: "visible", pointerEvents: "none", zIndex: "2147483647",
      filter: "drop-shadow(0 2px 3px rgb(0 0 0 / .5))",
    });
    // The top layer is above the page's dialogs as well.
    if (element.showPopover) element.popover = "manual";
    document.documentElement.append(element);
    this.element = element;
  },

  show() {
    if (!this.element || !this.element.isConnected) this.make();
    if (this.element.showPopover) {
      this.element.hidePopover();
      this.element.showPopover();
    }
    this.place();
  },

  place() {
    this.element.style.translate = `${this.x - 5}px ${this.y - 3}px`;
  },

  async move(x, y, ms) {
    this.show();
    const from = { x: this.x, y: this.y }, began = performance.now();
    for (let done = 0; done < 1; ) {
      await new Promise(requestAnimationFrame);
      done = Math.min(1, (performance.now() - began) / ms);
      const eased = done < 0.5 ? 2 * done * done : 1 - (2 - 2 * done) ** 2 / 2;
      this.x = from.x + (x - from.x) * eased;
      this.y = from.y + (y - from.y) * eased;
      this.place();
    }
  },

  press() {
    this.element.animate([{ scale: 1 }, { scale: 0.75 }, { scale: 1 }], { duration: 220 });
  },

  hideSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.element && this.element.remove(), 2500);
  },
};
