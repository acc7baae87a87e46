// Finds elements: a locator is a list of steps, and each step searches in the elements of the step before.

const NOT_TEXT = new Set(["SCRIPT", "NOSCRIPT", "STYLE", "TEMPLATE"]);

// Whether a text fits the text or the pattern that was asked for.
function fits(asked, found, exact) {
  if (asked && typeof asked === "object") return new RegExp(asked.pattern, asked.flags).test(found);
  const wanted = tidy(asked);
  return exact ? found === wanted : found.toLowerCase().includes(wanted.toLowerCase());
}

function below(scopes, keep) {
  const found = new Set();
  for (const scope of scopes) for (const each of scope.querySelectorAll("*")) if (keep(each)) found.add(each);
  return inOrder(found);
}

function inOrder(elements) {
  return [...elements].sort((a, b) =>
    a === b ? 0 : a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1);
}

function textOf(element) {
  if (NOT_TEXT.has(element.tagName)) return "";
  if (element.tagName === "INPUT" && ["button", "submit", "reset"].includes(element.type)) return element.value;
  let text = "";
  for (const node of element.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) text += node.textContent;
    else if (node.nodeType === Node.ELEMENT_NODE) text += textOf(node);
  }
  return text;
}

function hasText(element, step) {
  return fits(step.text, tidy(textOf(element)), step.exact);
}

// The smallest elements with the text: those that have no child with it. As in Playwright, the element that
// is searched may be one of them.
function byText(scopes, step) {
  const keep = (each) =>
    !NOT_TEXT.has(each.tagName) && !each.closest("head") && hasText(each, step)
      && ![...each.children].some((child) => hasText(child, step));
  const own = scopes.filter((scope) => scope !== document && keep(scope));
  return inOrder(new Set([...own, ...below(scopes, keep)]));
}

function byLabel(scopes, step) {
  const labels = (each) => {
    const ids = (each.getAttribute("aria-labelledby") || "").split(/\s+/).filter(Boolean);
    const named = ids.map((id) => document.getElementById(id)).filter(Boolean).map(textOf);
    if (named.length) return named;
    const said = each.getAttribute("aria-label");
    if (said && said.trim()) return [said];
    return each.labels ? [...each.labels].map(textOf) : [];
  };
  return below(scopes, (each) => labels(each).some((label) => fits(step.text, tidy(label), step.exact)));
}

const STEPS = {
  role: (scopes, step) =>
    below(scopes, (each) => roleOf(each) === step.role && !isSilent(each)
      && (step.name === undefined || fits(step.name, nameOf(each), step.exact))),
  text: byText,
  label: byLabel,
  placeholder: (scopes, step) =>
    below(scopes, (each) => each.placeholder && fits(step.text, tidy(each.placeholder), step.exact)),
  css: (scopes, step) => inOrder(new Set(scopes.flatMap((scope) => [...scope.querySelectorAll(step.selector)]))),
  has: (scopes, step) => scopes.filter((each) => hasText(each, step)),
  nth: (scopes, step) => [scopes.at(step.index)].filter(Boolean),
};

function find(steps) {
  return steps.reduce((scopes, step) => STEPS[step.by](scopes, step), [document]);
}

function isVisible(element) {
  const style = getComputedStyle(element);
  if (style.display === "contents") return [...element.children].some(isVisible) || !!tidy(textOf(element));
  const box = element.getBoundingClientRect();
  return element.checkVisibility({ visibilityProperty: true }) && box.width > 0 && box.height > 0;
}

function isEnabled(element) {
  return !element.matches(":disabled") && !element.closest("[aria-disabled='true']");
}

// The steps in words, for a message: textbox “Message”.
function inWords(steps) {
  const text = (asked) => (asked && typeof asked === "object" ? `/${asked.pattern}/` : `“${asked}”`);
  const word = {
    role: (step) => (step.name === undefined ? step.role : `${step.role} ${text(step.name)}`),
    text: (step) => `text ${text(step.text)}`,
    label: (step) => `field ${text(step.text)}`,
    placeholder: (step) => `field with placeholder ${text(step.text)}`,
    css: (step) => step.selector,
    has: (step) => `the one with ${text(step.text)}`,
    nth: (step) => `number ${step.index + (step.index < 0 ? 0 : 1)} of them`,
  };
  return steps.map((step) => word[step.by](step)).join(", in it ");
}
