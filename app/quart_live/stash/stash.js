// The browser's part of the stash of quart_live. The official client stays as it is:
//
//   import { withStash } from "quart_live/stash";
//   const liveSocket = new LiveSocket("/live", Socket, { params: withStash({ _csrf_token: token }) });
//
// The server sends sealed values in the event "quart_live:stash"; they are stored here, and sent along with
// the next join. This script never looks into them.
//
// sessionStorage holds the values of this tab (scope "reconnect"), localStorage all others. A *visit* is this
// tab at this address: it goes on through reloads and ends when the tab goes elsewhere.

const PREFIX = "quart_live:stash:";
const VISIT = `${PREFIX}:visit`;
const CLEARED = `${PREFIX}:cleared`;
const CLEAR_COOKIE = "__live_stash_clear__";
const MOST_CHARACTERS = 150_000; // the server closes the socket on frames of 256 KiB

// -- storage; where it is blocked or full, the page's own memory takes its place ---------------------------

class Store {
  constructor(name) {
    this.memory = new Map();
    try {
      this.storage = window[name];
      this.storage.getItem(PREFIX);
    } catch {
      this.storage = null;
    }
  }

  get(key) {
    return this.memory.get(key) ?? this.storage?.getItem(key) ?? null;
  }

  set(key, value) {
    try {
      if (!this.storage) throw new Error("storage is blocked");
      this.storage.setItem(key, value);
      this.memory.delete(key);
    } catch (error) {
      console.warn(`quart_live: ${key} is kept only until the page is closed: ${error.message}`);
      this.delete(key);
      this.memory.set(key, value);
    }
  }

  delete(key) {
    this.memory.delete(key);
    this.storage?.removeItem(key);
  }

  // All stashed values: [slot, value].
  entries() {
    const keys = new Set([...Object.keys(this.storage ?? {}), ...this.memory.keys()]);
    return [...keys]
      .filter((key) => key.startsWith(PREFIX) && key !== VISIT && key !== CLEARED)
      .map((key) => [key.slice(PREFIX.length), this.get(key)]);
  }

  clear() {
    for (const [slot] of this.entries()) this.delete(PREFIX + slot);
  }
}

const tab = new Store("sessionStorage");
const shared = new Store("localStorage");
const storeOf = (slot) => (slot.startsWith("reconnect/") ? tab : shared);
const viewOf = (slot) => slot.split("/")[1];

// -- this visit --------------------------------------------------------------------------------------------

const newId = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

function begin() {
  clearIfSignedOut();
  let visit = JSON.parse(tab.get(VISIT) ?? "null");
  if (visit?.path !== location.pathname) {
    tab.clear();
    visit = { id: newId() };
  } else if (visit.open) {
    // A tab removes this mark when it is left. If the mark is there, this is a duplicate of a tab that is
    // still open: it begins with the copied values, as a visit of its own.
    visit = { id: newId(), before: visit.id };
  }
  return visit;
}

function save(open) {
  visit.path = location.pathname;
  visit.open = open;
  tab.set(VISIT, JSON.stringify(visit));
}

function clearIfSignedOut() {
  if (!document.cookie.split("; ").some((cookie) => cookie.startsWith(`${CLEAR_COOKIE}=`))) return;
  document.cookie = `${CLEAR_COOKIE}=; Path=/; Max-Age=0; SameSite=Lax`;
  tab.clear();
  shared.clear();
  shared.set(CLEARED, newId()); // tells the other tabs
}

const visit = begin();
save(true);
addEventListener("pagehide", () => save(false));
addEventListener("pageshow", () => save(true));
addEventListener("phx:navigate", () => save(true));
addEventListener("storage", (event) => {
  if (event.key === CLEARED) tab.clear();
});

// -- to and from the server --------------------------------------------------------------------------------

const views = new Map(); // element id → key of its view, sent by the server
const skipped = new Set(); // views whose join crashed with restored values

function toSend(element) {
  const view = views.get(element.id);
  const kept = {};
  let characters = 0;
  for (const [slot, value] of [...tab.entries(), ...shared.entries()]) {
    const of = viewOf(slot);
    if (view !== undefined && of !== view && !of?.startsWith(`${view}>`)) continue;
    characters += slot.length + value.length;
    if (characters > MOST_CHARACTERS) {
      console.warn("quart_live: too much is stashed; some of it was not sent");
      break;
    }
    kept[slot] = value;
  }
  const sent = { tab: visit.id, kept };
  if (visit.before) sent.before = visit.before;
  if (skipped.size) sent.skip = [...skipped];
  return sent;
}

addEventListener("phx:quart_live:stash", ({ detail: { put = {}, drop = [], bind, skip = [] } }) => {
  if (bind) {
    views.set(...bind);
    skipped.delete(bind[1]);
  }
  for (const slot of drop) storeOf(slot).delete(PREFIX + slot);
  for (const [slot, seal] of Object.entries(put)) storeOf(slot).set(PREFIX + slot, seal);
  for (const view of skip) skipped.add(view);
});

// Live navigation ends the visit of every view but the sticky ones, which stay. (A new main view joins in the
// element of the old one, so the key of that element is forgotten, too.)
addEventListener("phx:page-loading-start", ({ detail }) => {
  if (detail?.kind === "redirect") leave();
  else if (detail?.kind === "initial") forgetViews();
});
addEventListener("phx:navigate", ({ detail }) => {
  if (detail?.pop && !detail.patch) leave(); // back and forward
});

function leave() {
  const staying = forgetViews();
  for (const [slot] of tab.entries()) {
    if (!staying.has(viewOf(slot).split(">")[0])) tab.delete(PREFIX + slot);
  }
}

function forgetViews() {
  const staying = new Set();
  for (const [id, view] of views) {
    if (document.getElementById(id)?.hasAttribute("data-phx-sticky")) staying.add(view);
    else views.delete(id);
  }
  return staying;
}

/**
 * Wraps the `params` of a LiveSocket so that stashed values are sent along with each join.
 *
 * @param params an object, or a function of the view's element, as the LiveSocket takes them
 */
export function withStash(params = {}) {
  return (element) => {
    const own = typeof params === "function" ? params(element) : params;
    // Without an element these are the params of the socket's address, which need no stash.
    return element ? { ...own, _stash: toSend(element) } : { ...own };
  };
}
