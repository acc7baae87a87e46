// A window within the page. The button that names it in aria-controls opens it; Escape closes it.
export const Dialog = {
  mounted() {
    const opener = document.querySelector(`[aria-controls="${this.el.id}"]`);
    opener.addEventListener("click", () => this.el.showModal());
    // A click beside the window is a click on its backdrop, which belongs to the element itself.
    this.el.addEventListener("click", (event) => event.target === this.el && this.el.close());
  },
};
