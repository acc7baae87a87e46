// A key event that a script makes has no effect of its own, so the browser's default actions are done here.

function parse(combination) {
  const parts = combination.split(/\+(?=.)/);
  const name = parts.pop();
  const held = new Set(parts);
  return {
    key: name === "Space" ? " " : name,
    shiftKey: held.has("Shift"),
    ctrlKey: held.has("Control") || held.has("ControlOrMeta"),
    altKey: held.has("Alt"),
    metaKey: held.has("Meta"),
  };
}

function key(element, type, name, held = {}) {
  const code = name.length === 1 && /[a-z]/i.test(name) ? `Key${name.toUpperCase()}` : name === " " ? "Space" : name;
  const keyCode = { Enter: 13, Escape: 27, Tab: 9, Backspace: 8, " ": 32 }[name] || name.toUpperCase().charCodeAt(0);
  const init = { bubbles: true, cancelable: true, composed: true, view: window, key: name, code, keyCode, ...held };
  return element.dispatchEvent(new KeyboardEvent(type, init));
}

function pressKey(element, combination) {
  const { key: name, ...held } = parse(combination);
  const goesOn = key(element, "keydown", name, held);
  const plain = !held.ctrlKey && !held.altKey && !held.metaKey;
  if (goesOn && plain) (DEFAULTS[name] || write)(element, name, held);
  key(document.activeElement || element, "keyup", name, held);
}

function write(element, name) {
  if (name.length === 1 && isField(element)) insert(element, name);
}

function submitOf(element) {
  const form = element.form;
  if (!form) return;
  const button = [...form.elements].find((each) => each.type === "submit" && each.tagName !== "FIELDSET");
  if (button && button.disabled) return;
  if (button) button.click();
  else form.requestSubmit();
}

function tabStops() {
  const all = "a[href], button, input, select, textarea, summary, [tabindex]";
  return [...document.querySelectorAll(all)].filter((each) => each.tabIndex >= 0 && isEnabled(each) && isVisible(each));
}

const DEFAULTS = {
  Enter(element, _, held) {
    if (element.matches("textarea") || element.isContentEditable) insert(element, "\n");
    else if (element.matches("button, a[href], summary")) element.click();
    else if (element.matches("input, select") && !held.shiftKey) submitOf(element);
  },
  " "(element) {
    if (element.matches("button, summary, input[type=checkbox], input[type=radio]")) element.click();
    else write(element, " ");
  },
  Escape(element) {
    const open = document.querySelector("dialog:modal");
    if (open && open.dispatchEvent(new Event("cancel", { cancelable: true }))) open.close();
    else if (!open && element.type === "search") setValue(element, "");
  },
  Tab(element, _, held) {
    const stops = tabStops(), at = stops.indexOf(element);
    const next = stops[(at + (held.shiftKey ? -1 : 1) + stops.length) % stops.length];
    if (next) next.focus();
  },
  Backspace(element) {
    if (isField(element)) document.execCommand("delete");
  },
  Delete(element) {
    if (isField(element)) document.execCommand("forwardDelete");
  },
};
