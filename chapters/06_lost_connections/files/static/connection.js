// Shows when the connection is lost, and disables controls that would do nothing without it.
// The client marks the element around a view: phx-connected, or phx-error while it has no connection.
import { keepForms } from "./leaving.js";

const SOON = 2_000;
const LONG = 15_000;

const NEEDS_SERVER = "[phx-click], form[phx-submit] button:not([type='button'], [data-works-offline])";
const OFFLINE = " (offline)";

// A connection can hang silently. If a heartbeat has no answer when the next one is due, it counts as lost. A
// connection alone is no success: if the first event of the page ends it each time, the client would
// reconnect at once, for ever. So this counts failed attempts until a view has joined.
const WAITS = [10, 50, 100, 150, 200, 250, 500, 1_000, 2_000];
const LONGEST_WAIT = 5_000;
let inVain = 0;

export const patience = {
  heartbeatIntervalMs: 10_000,
  reconnectAfterMs: () => WAITS[inVain++] ?? LONGEST_WAIT,
};

// Half a minute after an unanswered message the client gives up and loads the page again. Without a
// connection no page would come, and typed text would be lost. So it has to go on connecting, unless the user
// is leaving for another page.
export function keepPage(liveSocket) {
  const reload = liveSocket.reloadWithJitter;
  liveSocket.reloadWithJitter = (...given) => {
    if (liveSocket.isConnected() || liveSocket.hasPendingLink()) reload.apply(liveSocket, given);
  };
}

export function watchConnection() {
  const bar = document.getElementById("reconnecting");
  const dialog = document.getElementById("connection-lost");
  let timers = null;
  let told = false;

  function look() {
    const lost = document.querySelector(".phx-error") !== null;
    if (lost && !timers) wait();
    if (!lost && timers) done();
    if (told) mark();
  }

  function wait() {
    timers = [setTimeout(tell, SOON), setTimeout(() => (dialog.open = true), LONG)];
  }

  function tell() {
    told = true;
    bar.textContent = "Reconnecting…";
    document.documentElement.dataset.connection = "waiting";
    mark();
  }

  function done() {
    timers.forEach(clearTimeout);
    timers = null;
    inVain = 0;
    bar.textContent = "";
    dialog.open = false;
    delete document.documentElement.dataset.connection;
    mark();
    told = false;
  }

  // A click in the first two seconds gets an answer at once.
  function refuse(event) {
    if (!event.target.closest?.(NEEDS_SERVER)?.closest(".phx-error")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (timers) tell();
  }

  const watch = new MutationObserver(look);
  watch.observe(document.body, { attributes: true, attributeFilter: ["class"], subtree: true });
  document.addEventListener("click", refuse, true);
  dialog.addEventListener("click", (event) => answer(dialog, event.target.closest("button")?.value));
}

// The attribute `disabled` would take the keyboard's focus away.
function mark() {
  for (const control of document.querySelectorAll(NEEDS_SERVER)) {
    const offline = control.closest(".phx-error") !== null;
    if (offline === control.hasAttribute("data-offline")) continue;
    control.toggleAttribute("data-offline", offline);
    if (offline) control.setAttribute("aria-disabled", "true");
    else control.removeAttribute("aria-disabled");
    const label = control.getAttribute("aria-label");
    if (label) control.setAttribute("aria-label", offline ? label + OFFLINE : label.replace(OFFLINE, ""));
  }
}

async function answer(dialog, wanted) {
  if (wanted === "wait") dialog.open = false;
  if (wanted !== "refresh") return;
  const said = dialog.querySelector("[role='status']");
  said.textContent = "Asking the server…";
  try {
    // Without this question a reload might lead to the browser's own error page.
    await fetch(location.href, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(5_000) });
  } catch {
    said.textContent = "The server does not answer yet. We keep trying.";
    return;
  }
  if (keepForms()) location.reload();
  else said.textContent = "This browser has no room to keep your text. Copy it, then refresh the page.";
}
