// Messages on their way, which the browser keeps for this tab: a list for each conversation.
// They survive a reload of the page, but not the closing of the tab.
const PREFIX = "outbox:";

// The name contains the user's mark, so that no user sends what another has written in this tab.
export function load(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name))?.items ?? [];
  } catch {
    return [];
  }
}

export function save(name, title, items) {
  try {
    if (items.length) sessionStorage.setItem(name, JSON.stringify({ title, items }));
    else sessionStorage.removeItem(name);
  } catch {
    // No room, or not allowed. Then only a reload loses it.
  }
}

// All messages of one user, in all conversations: pairs of a conversation's mark and its messages.
export function everything(me) {
  const prefix = `${PREFIX}${me}:`;
  const names = Object.keys(sessionStorage).filter((name) => name.startsWith(prefix));
  return names.map((name) => [name.slice(prefix.length), JSON.parse(sessionStorage.getItem(name))]);
}

// A unique key. Browsers have randomUUID on https and on this machine.
export function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}
