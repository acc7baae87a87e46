// Keeps the title of the page. The client sets it when the page is drawn next, and a page in the background is
// not drawn: but there the number in its title is all that can be seen of it.
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
