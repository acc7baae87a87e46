// A page without a connection may have to end: its session has ended, or the user reloads it. Its forms are
// kept in the tab, for the next page at this address and for the same user.
import { isChanged, tell } from "./early.js";

const PREFIX = "forms:";
const FORMS = "form[id][phx-change], form[id][phx-submit]";

const me = document.querySelector("meta[name='user-id']")?.content;
const name = `${PREFIX}${me}:${location.pathname}`;
const isJoined = () => document.querySelector(".phx-connected") !== null;

let waiting = {};
let kept = false;
let leftEarly = false;

// The next page is being loaded, and this one may still join meanwhile. Events that it sends come too late.
addEventListener("beforeunload", () => { leftEarly = !isJoined(); });

// This runs before the client's own listener, which closes the socket: after that no view looks joined.
addEventListener("pagehide", () => {
  if (!isJoined() || leftEarly) keepForms();
  // What was kept is used up when the user goes on from here.
  else if (!kept) sessionStorage.removeItem(name);
});

// After the join, what the earlier page has kept is old. A form that is not in the page yet can still come,
// when its window is opened.
const joining = new MutationObserver(() => {
  if (!isJoined()) return;
  joining.disconnect();
  for (const id of Object.keys(waiting)) if (document.getElementById(id)) delete waiting[id];
});

// Before the views join: the content of a field is then sent after the join, see early.js.
export function bringFormsBack() {
  joining.observe(document.body, { attributes: true, attributeFilter: ["class"], subtree: true });
  forgetOthers();
  waiting = load();
  for (const [id, content] of Object.entries(waiting)) fill(document.getElementById(id), content);
}

// Returns whether it worked: there may be no room, or it is not allowed.
export function keepForms() {
  if (!me) return true;
  const forms = [...document.querySelectorAll(FORMS)].map((form) => [form.id, contentOf(form)]);
  // Some forms of the earlier page are not in this one yet.
  const all = { ...Object.fromEntries(forms), ...waiting };
  try {
    if (forms.length) sessionStorage.setItem(name, JSON.stringify(all));
    kept = true;
  } catch {
    return false;
  }
  return true;
}

// For the hook of a form that has more than fields. Undefined if nothing was kept.
export function takeForm(id) {
  const content = waiting[id];
  delete waiting[id];
  return content;
}

// For a window that is being opened: its forms, before they are in the page.
export function fillFormsIn(element) {
  for (const form of element.querySelectorAll("form[id]")) {
    const content = takeForm(form.id);
    if (content === undefined) continue;
    fill(form, content);
    const changed = [...form.querySelectorAll("input, textarea, select")].filter(isChanged);
    queueMicrotask(() => changed.forEach(tell));
  }
}

export function contentOf(form) {
  return new URLSearchParams(new FormData(form)).toString();
}

function load() {
  try {
    return JSON.parse(sessionStorage.getItem(name)) ?? {};
  } catch {
    return {};
  }
}

// Another user has signed in here.
function forgetOthers() {
  const isTheirs = (one) => one.startsWith(PREFIX) && !one.startsWith(`${PREFIX}${me}:`);
  if (me) for (const one of Object.keys(sessionStorage).filter(isTheirs)) sessionStorage.removeItem(one);
}

function fill(form, content) {
  const values = new URLSearchParams(content);
  for (const field of form?.elements ?? []) {
    if (!field.name || field.type === "hidden" || isChanged(field)) continue;
    const isMark = field.matches("[type=checkbox], [type=radio]");
    if (isMark) field.checked = values.getAll(field.name).includes(field.value);
    else if (values.has(field.name)) field.value = values.get(field.name);
  }
}
