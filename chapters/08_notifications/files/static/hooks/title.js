// Keeps the title of the page. The client sets it at the next animation frame, which a page in the background
// does not have: but there the number in its title is all that the user sees.
export const Title = {
  mounted() {
    this.set();
  },

  updated() {
    this.set();
  },

  set() {
    const { suffix } = document.querySelector("title").dataset;
    document.title = `${this.el.dataset.title}${suffix ?? ""}`;
  },
};
