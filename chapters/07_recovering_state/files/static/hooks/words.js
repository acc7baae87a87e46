// One of the ways on the page `keeping`: a word that the tab keeps, and tells with the next join.
export function stashedWord(view) {
  const name = view?.querySelector("#way-param")?.dataset.word;
  return name ? (sessionStorage.getItem(name) ?? undefined) : undefined;
}

export const Word = {
  mounted() {
    this.el.addEventListener("input", (event) => {
      sessionStorage.setItem(this.el.dataset.word, event.target.value);
    });
  },
};
