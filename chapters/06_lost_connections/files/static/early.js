// A page can be written in before its view has joined, and on a slow line that takes long. What the join brings
// knows nothing of it. So a field that somebody has changed is left as it is, and told as soon as there is a view.
const untouched = new WeakSet(document.querySelectorAll("input, textarea, select"));

// For the client, which calls it before it changes an element. The first time is the join.
export function keepEarly(from, to) {
  if (!untouched.delete(from) || !isChanged(from)) return;
  if (from.matches("[type=checkbox], [type=radio]")) to.checked = from.checked;
  else to.value = from.value;
  // When the client is done with the join, and before anything else comes that could change the field back.
  queueMicrotask(() => tell(from));
}

// As if it were typed now, and the field left: whoever waits for a pause need not wait.
export function tell(field) {
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("blur"));
}

// Whether a field shows something else than what the page came with.
export function isChanged(field) {
  if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
  if (field.type !== "select-one") return field.value !== field.defaultValue;
  const first = [...field.options].findLastIndex((option) => option.defaultSelected);
  return field.selectedIndex !== Math.max(first, 0);
}
