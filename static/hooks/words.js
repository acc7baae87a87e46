// One of the ways on the page `keeping`: the tab keeps a word, and sends it with the next join.
import { wellFormed } from "../text.js";

export function stashedWord(view) {
  const name = view?.querySelector("#way-param")?.dataset.word;
  const kept = name ? sessionStorage.getItem(name) : null;
  return kept === null ? undefined : wellFormed(kept);
}

export const Word = {
  mounted() {
    this.el.addEventListener("input", (event) => {
      try {
        sessionStorage.setItem(this.el.dataset.word, event.target.value);
      } catch {
        // No room, or not allowed. Then this way keeps nothing.
      }
    });
  },
};
