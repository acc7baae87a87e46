// The actions of errands. Each waits for its element, reports that it begins, and acts as a person would.

const LOOK_AGAIN = 25;
const POINT_MS = 450;
const REST_MS = 180;
const KEY_MS = 38;
const LONG_TEXT = 60;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

class Problem extends Error {}

// Waits for one element that can be acted on; throws if there are several.
async function one(errand, { visible = true, enabled = false } = {}) {
  const end = performance.now() + errand.ms;
  for (;;) {
    const found = find(errand.steps);
    if (found.length > 1) throw new Problem(`there are ${found.length} of ${inWords(errand.steps)}`);
    const element = found[0];
    if (element && (!visible || isVisible(element)) && (!enabled || isEnabled(element))) return element;
    if (performance.now() > end) {
      const why = !element ? "no" : !isVisible(element) ? "a hidden" : "a disabled";
      throw new Problem(`there is ${why} ${inWords(errand.steps)} after ${Math.round(errand.ms / 1000)} s`);
    }
    await pause(LOOK_AGAIN);
  }
}

async function pointAt(element, pace) {
  element.scrollIntoView({ block: "nearest", inline: "nearest" });
  const box = element.getBoundingClientRect();
  // In a field, point at its end, so that the pointer does not hide the text that is being typed.
  const x = isField(element) ? box.right - Math.min(16, box.width / 4) : box.left + Math.min(box.width / 2, 160);
  const y = box.top + box.height * (isField(element) ? 0.7 : 0.5);
  if (pace > 0) {
    await pointer.move(x, y, POINT_MS * pace);
    await pause(REST_MS * pace);
    pointer.hideSoon();
  }
  return { x, y };
}

function mouse(element, type, { x, y }) {
  const init = {
    bubbles: true, cancelable: true, composed: true, view: window, detail: 1, clientX: x, clientY: y,
    screenX: Math.round(x + screenX), screenY: Math.round(y + screenY), button: 0,
    buttons: type.endsWith("down") ? 1 : 0,
  };
  const Kind = type.startsWith("pointer") ? PointerEvent : MouseEvent;
  return element.dispatchEvent(new Kind(type, init));
}

async function clickOn(element, errand) {
  const place = await pointAt(element, errand.pace);
  begin(errand);
  if (errand.pace > 0) pointer.press();
  mouse(element, "pointerdown", place);
  if (mouse(element, "mousedown", place)) focusNear(element);
  mouse(element, "pointerup", place);
  mouse(element, "mouseup", place);
  mouse(element, "click", place);
}

function focusNear(element) {
  const label = element.closest("label");
  const target = element.closest("a[href], button, input, select, textarea, summary, [tabindex], [contenteditable]");
  (target || (label && label.control) || document.body).focus({ preventScroll: true });
}

function isField(element) {
  return element.matches("input, textarea, select") || element.isContentEditable;
}

// Types as the browser itself does: with its events, its undo, and a change event when the field is left.
function insert(element, text) {
  const before = element.value;
  if (document.execCommand("insertText", false, text) && element.value !== before) return;
  if (element.isContentEditable || !text) return;
  const { selectionStart: start, selectionEnd: end } = element;
  const whole = start === null ? text : before.slice(0, start) + text + before.slice(end);
  setValue(element, whole);
}

function setValue(element, value) {
  const kind = element.matches("textarea") ? HTMLTextAreaElement : element.matches("select") ? HTMLSelectElement : HTMLInputElement;
  Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(element, value);
  element.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText" }));
}

async function typeInto(element, text, pace) {
  // A long text is typed in larger pieces, so that it does not take long.
  const size = pace > 0 ? Math.ceil(text.length / LONG_TEXT) : text.length || 1;
  for (let at = 0; at < text.length; at += size) {
    const piece = text.slice(at, at + size);
    key(element, "keydown", piece[0]);
    insert(element, piece);
    key(element, "keyup", piece[0]);
    if (pace > 0) await pause(KEY_MS * pace);
  }
}

async function enter(errand) {
  const element = await one(errand, { enabled: true });
  if (!isField(element)) throw new Problem(`${inWords(errand.steps)} is not a field`);
  await pointAt(element, errand.pace);
  begin(errand);
  element.focus({ preventScroll: true });
  return element;
}

const ACTIONS = {
  click: async (errand) => clickOn(await one(errand, { enabled: true }), errand),
  fill: async (errand) => {
    const element = await enter(errand);
    if (element.matches("select") || ["color", "date", "range", "time"].includes(element.type)) {
      setValue(element, errand.args[0]);
      element.dispatchEvent(new Event("change", { bubbles: true }));
      return;
    }
    if (element.select) element.select();
    if (element.value && !errand.args[0] && !document.execCommand("delete")) setValue(element, "");
    await typeInto(element, errand.args[0], errand.pace);
  },
  type: async (errand) => typeInto(await enter(errand), errand.args[0], errand.pace),
  press: async (errand) => {
    const element = await one(errand);
    begin(errand);
    if (!element.contains(document.activeElement)) element.focus({ preventScroll: true });
    if (errand.pace > 0) await pause(REST_MS * errand.pace);
    pressKey(document.activeElement === document.body ? element : document.activeElement, errand.args[0]);
  },
  focus: async (errand) => (await one(errand, { visible: false })).focus(),
  tick: async (errand) => {
    const element = await one(errand, { enabled: true });
    if (element.checked !== errand.args[0]) await clickOn(element, errand);
  },
  reveal: async (errand) => (await one(errand)).scrollIntoView({ block: "nearest" }),
  wait: async (errand) => {
    const end = performance.now() + errand.ms, [state] = errand.args;
    const reached = {
      visible: (found) => found.length === 1 && isVisible(found[0]),
      attached: (found) => found.length === 1,
      hidden: (found) => !found.some(isVisible),
      detached: (found) => found.length === 0,
    }[state];
    for (;;) {
      const found = find(errand.steps);
      if (found.length > 1) throw new Problem(`there are ${found.length} of ${inWords(errand.steps)}`);
      if (reached(found)) return;
      if (performance.now() > end) {
        const seconds = Math.round(errand.ms / 1000);
        throw new Problem(`${inWords(errand.steps)} did not become ${state} within ${seconds} s`);
      }
      await pause(LOOK_AGAIN);
    }
  },
  count: async (errand) => find(errand.steps).length,
  visible: async (errand) => find(errand.steps).some(isVisible),
  innerTexts: async (errand) => find(errand.steps).map((each) => each.innerText),
  innerText: async (errand) => (await one(errand, { visible: false })).innerText,
  textContent: async (errand) => (await one(errand, { visible: false })).textContent,
  value: async (errand) => (await one(errand, { visible: false })).value,
  attribute: async (errand) => (await one(errand, { visible: false })).getAttribute(errand.args[0]),
  names: async (errand) => find(errand.steps).map(nameOf),
  describe: async (errand) => find(errand.steps).map((each) => each.outerHTML.slice(0, 120)),
  probe: async (errand) => probe(...errand.args),
  reload: async (errand) => {
    begin(errand);
    location.reload();
  },
};
