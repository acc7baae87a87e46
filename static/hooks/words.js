// One of the ways on the page `keeping`: a word that the tab keeps, and tells with the next join.
const NAME = "word";

export function stashedWord(view) {
  return view?.querySelector("#way-param") ? (sessionStorage.getItem(NAME) ?? undefined) : undefined;
}

export const Word = {
  mounted() {
    this.el.addEventListener("input", (event) => sessionStorage.setItem(NAME, event.target.value));
  },
};
