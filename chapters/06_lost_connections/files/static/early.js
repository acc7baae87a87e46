// A user can write in a page before its view has joined, which takes long on a slow connection. The join does
// not know that text. So a changed field is left as it is, and the view is told as soon as it has joined.
const untouched = new WeakSet(document.querySelectorAll("input, textarea, select"));

// The client calls this before it changes an element. The first time is the join.
export function keepEarly(from, to) {
  if (!untouched.delete(from) || !isChanged(from)) return;
  if (from.matches("[type=checkbox], [type=radio]")) to.checked = from.checked;
  else to.value = from.value;
  // After the client has applied the join, and before another patch can change the field back.
  queueMicrotask(() => tell(from));
}

// As if the text were typed now and the field left, so that a debounced event is sent at once.
export function tell(field) {
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("blur"));
}

// Whether a field differs from what the page came with.
export function isChanged(field) {
  if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
  if (field.type !== "select-one") return field.value !== field.defaultValue;
  const first = [...field.options].findLastIndex((option) => option.defaultSelected);
  return field.selectedIndex !== Math.max(first, 0);
}
