// Starts the stage's own live view, and passes messages between it and the frames.
import { Socket } from "phoenix";
import { LiveSocket } from "phoenix_live_view";

const csrfToken = document.querySelector("meta[name='csrf-token']").content;
const ON_A_CONTROL = "a, button, input, select, textarea, summary, [contenteditable]";
const TYPED_IN = "input, select, textarea, iframe, [popover] *";
const LARGEST = 1.8, SMALLEST = 0.7, STEP = 0.1;
// A page is laid out about as wide as a phone, and then scaled to the room that there is.
const PAGE_WIDTH = 410, NARROWEST_PAGE = 360;

// Enter plays the next act. Without acts, it must not press the last button again.
const focusNext = () => {
  const next = document.getElementById("next");
  if (next) next.focus({ preventScroll: true });
  else document.activeElement?.blur();
};

// One person's frame: passes orders to its script, and the script's messages to the stage.
const Frame = {
  mounted() {
    this.iframe = this.el.querySelector("iframe");
    this.sizes = new ResizeObserver(() => this.zoom());
    this.sizes.observe(this.el);
    this.onType = () => this.zoom();
    addEventListener("stage:type", this.onType);
    this.spoke = false;
    this.onMessage = (event) => {
      if (event.source !== this.iframe.contentWindow || event.origin !== this.el.dataset.origin) return;
      if (!event.data || !event.data.parley) return;
      this.spoke = event.data.say !== "leaving";
      this.tell(event.data);
    };
    addEventListener("message", this.onMessage);
    // A page without our script is the browser's own error page.
    this.iframe.addEventListener("load", () => {
      if (!this.spoke) this.tell({ say: "nothing" });
    });
    this.handleEvent("order", ({ key, message }) => {
      if (key === this.el.dataset.key) this.carryOut(message);
    });
  },
  // The page's messages during the disconnect are lost, so ask it to send its state again.
  reconnected() {
    this.carryOut({ do: "hello" });
  },
  destroyed() {
    removeEventListener("message", this.onMessage);
    removeEventListener("stage:type", this.onType);
    this.sizes.disconnect();
  },
  zoom() {
    const type = Number(getComputedStyle(document.documentElement).getPropertyValue("--type"));
    const width = Math.max(NARROWEST_PAGE, PAGE_WIDTH / type);
    this.iframe.style.setProperty("--zoom", this.el.clientWidth / width);
  },
  carryOut(message) {
    // The sign-in has moved the focus into this frame.
    if (message.do === "arrived") {
      if (document.activeElement === this.iframe) focusNext();
      return;
    }
    const page = this.iframe.contentWindow;
    if (!page) return;
    if (message.do !== "open") {
      page.postMessage(message, this.el.dataset.origin);
      return;
    }
    this.spoke = false;
    page.location.replace(message.url);
  },
  tell(message) {
    this.pushEvent("page", { key: this.el.dataset.key, message });
  },
};

// The teacher's keys, and the settings of this browser alone.
const Stage = {
  mounted() {
    this.byPointer = false;
    // A menu that closes gives the focus back to its button, where Enter would open it again.
    this.el.addEventListener("toggle", (event) => {
      if (event.newState === "closed" && this.byPointer) focusNext();
    }, true);
    this.onKey = (event) => {
      if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
      const onControl = event.target.closest && event.target.closest(ON_A_CONTROL);
      const wanted = event.key === "PageDown" || (["Enter", "ArrowRight"].includes(event.key) && !onControl);
      if (!wanted) return;
      event.preventDefault();
      document.getElementById("next")?.click();
    };
    addEventListener("keydown", this.onKey);
    // Acts move the focus into the frames; after an act the stage takes it back.
    this.handleEvent("act-over", focusNext);
    this.handleEvent("ready", () => {
      if (!document.activeElement?.matches(TYPED_IN)) focusNext();
    });
    this.el.addEventListener("click", (event) => this.onClick(event));
    this.setType(Number(localStorage.getItem("stage-type") || 1));
  },
  destroyed() {
    removeEventListener("keydown", this.onKey);
  },
  onClick(event) {
    const button = event.target.closest("button, a");
    if (!button) return;
    // After a click with the pointer the next Enter must not press the button again. After a key the focus stays.
    const inMenu = button.closest("[popover]");
    this.byPointer = event.detail > 0 || Boolean(inMenu && button.popoverTargetElement);
    if (event.detail > 0 && !inMenu && !button.popoverTargetElement) focusNext();
    const { type, fullscreen } = event.target.dataset;
    if (type) this.setType(this.type + Number(type) * STEP);
    if (fullscreen !== undefined) document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen();
  },
  setType(type) {
    this.type = Math.min(LARGEST, Math.max(SMALLEST, type));
    localStorage.setItem("stage-type", this.type);
    document.documentElement.style.setProperty("--type", this.type);
    dispatchEvent(new Event("stage:type"));
  },
};

// A log that stays at its end, unless it was scrolled up.
const Tail = {
  mounted() {
    this.atEnd = true;
    this.el.addEventListener("scroll", () => {
      this.atEnd = this.el.scrollTop + this.el.clientHeight >= this.el.scrollHeight - 8;
    });
    this.updated();
  },
  updated() {
    if (this.atEnd) this.el.scrollTop = this.el.scrollHeight;
  },
};

const liveSocket = new LiveSocket("/live", Socket, {
  params: { _csrf_token: csrfToken },
  hooks: { Frame, Stage, Tail },
});

// A disabled Next does nothing, but keeps the focus while an act plays.
addEventListener("click", (event) => {
  if (event.target.closest("[aria-disabled='true']")) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}, true);

liveSocket.connect();
window.liveSocket = liveSocket;
