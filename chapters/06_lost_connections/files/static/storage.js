// What is on its way, kept by the browser for this tab: a list of messages for each conversation.
// A refresh of the page keeps it. Closing the tab does not.
const PREFIX = "outbox:";

// The name begins with `outbox:` and the user's mark, so nobody sends what another has written in this tab.
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
    // No room, or not allowed. Then a refresh loses it, and nothing else does.
  }
}

// Everything of one user's, in all conversations: pairs of a conversation's mark and what was kept for it.
export function everything(me) {
  const prefix = `${PREFIX}${me}:`;
  const names = Object.keys(sessionStorage).filter((name) => name.startsWith(prefix));
  return names.map((name) => [name.slice(prefix.length), JSON.parse(sessionStorage.getItem(name))]);
}

// Something that nobody else comes up with. Browsers have randomUUID on https, and on this machine.
export function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}
