// Outlines changes in the page for a moment, so that one sees where a diff of forty bytes is applied.

const outline = {
  observer: null,
  ms: 1400,

  set(on) {
    if (this.observer) this.observer.disconnect();
    this.observer = null;
    // A page that is loading has no body yet; when it has loaded, the stage sends this order again.
    if (!on || !document.body) return;
    this.observer = new MutationObserver((changes) => this.show(changes));
    const all = { childList: true, characterData: true, attributes: true, subtree: true };
    this.observer.observe(document.body, { ...all, attributeFilter: ["value", "data-notify", "disabled", "href", "src"] });
  },

  show(changes) {
    const elements = new Set();
    for (const change of changes) {
      const added = [...change.addedNodes].filter((node) => node.nodeType === Node.ELEMENT_NODE);
      if (added.length) added.forEach((node) => elements.add(node));
      else elements.add(change.target.nodeType === Node.ELEMENT_NODE ? change.target : change.target.parentElement);
    }
    for (const element of elements) {
      if (element && element.isConnected && isVisible(element) && !element.closest("[data-parley]")) this.frame(element);
    }
  },

  frame(element) {
    const box = element.getBoundingClientRect();
    const mark = document.createElement("div");
    mark.dataset.parley = "outline";
    mark.setAttribute("aria-hidden", "true");
    Object.assign(mark.style, {
      position: "fixed", zIndex: "2147483646", pointerEvents: "none", margin: "0", padding: "0",
      left: `${box.left - 3}px`, top: `${box.top - 3}px`, width: `${box.width + 6}px`, height: `${box.height + 6}px`,
      border: "3px solid #12a566", borderRadius: "6px", background: "rgb(18 165 102 / .14)", boxSizing: "border-box",
    });
    document.documentElement.append(mark);
    mark.animate([{ opacity: 1 }, { opacity: 1, offset: 0.6 }, { opacity: 0 }], this.ms).finished.then(() => mark.remove());
  },
};
