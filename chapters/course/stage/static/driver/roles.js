// The role and the accessible name of an element, as assistive technology and Playwright see them.
// This is the part of ARIA and of the accessible name computation that a messenger's pages use.

// All other inputs are textboxes, passwords and dates included, as in Playwright.
const ROLE_OF_INPUT = {
  button: "button", submit: "button", reset: "button", image: "button", file: "button", checkbox: "checkbox",
  radio: "radio", range: "slider", number: "spinbutton", search: "searchbox", hidden: null,
};

const ROLE_OF_TAG = {
  ARTICLE: "article", ASIDE: "complementary", BUTTON: "button", DATALIST: "listbox", DD: "definition",
  DETAILS: "group", DIALOG: "dialog", DT: "term", FIELDSET: "group", FIGURE: "figure", H1: "heading",
  H2: "heading", H3: "heading", H4: "heading", H5: "heading", H6: "heading", HR: "separator",
  MAIN: "main", MENU: "list", METER: "meter", NAV: "navigation", OL: "list", OPTGROUP: "group",
  OPTION: "option", OUTPUT: "status", P: "paragraph", PROGRESS: "progressbar", SEARCH: "search",
  TABLE: "table", TBODY: "rowgroup", TD: "cell", TEXTAREA: "textbox", TFOOT: "rowgroup", TH: "columnheader",
  THEAD: "rowgroup", TIME: "time", TR: "row", UL: "list",
};

const NAMED_BY_CONTENT = new Set([
  "button", "cell", "checkbox", "columnheader", "gridcell", "heading", "link", "menuitem", "option", "radio",
  "row", "rowheader", "switch", "tab", "tooltip", "treeitem",
]);

const PARTS_OF_A_PAGE = "article, aside, main, nav, section";

function tidy(text) {
  return (text || "").replace(/[\u200b\u00ad]/g, "").replace(/\s+/g, " ").trim();
}

function roleOf(element) {
  const given = (element.getAttribute("role") || "").split(/\s+/).find(Boolean);
  if (given) return given === "none" || given === "presentation" ? null : given;
  switch (element.tagName) {
    case "A":
    case "AREA":
      return element.hasAttribute("href") ? "link" : null;
    case "INPUT": {
      const role = element.type in ROLE_OF_INPUT ? ROLE_OF_INPUT[element.type] : "textbox";
      return element.list && (role === "textbox" || role === "searchbox") ? "combobox" : role;
    }
    case "SELECT":
      return element.multiple || element.size > 1 ? "listbox" : "combobox";
    case "LI":
      // The items of a list without a role have none, either.
      return ["none", "presentation"].includes(element.parentElement?.getAttribute("role")) ? null : "listitem";
    case "IMG":
      return element.getAttribute("alt") === "" && !element.title ? null : "img";
    case "HEADER":
      return element.closest(PARTS_OF_A_PAGE) ? null : "banner";
    case "FOOTER":
      return element.closest(PARTS_OF_A_PAGE) ? null : "contentinfo";
    case "SECTION":
      return nameGiven(element) ? "region" : null;
    case "FORM":
      return nameGiven(element) ? "form" : null;
    default:
      return ROLE_OF_TAG[element.tagName] || null;
  }
}

// Whether an element is hidden from assistive technology: not rendered, or marked as hidden.
function isSilent(element) {
  if (element.closest("[aria-hidden='true']")) return true;
  if (element.tagName === "OPTION" || element.tagName === "OPTGROUP") {
    const select = element.closest("select");
    return !select || isSilent(select);
  }
  return !element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: false });
}

function nameGiven(element) {
  const ids = (element.getAttribute("aria-labelledby") || "").split(/\s+/).filter(Boolean);
  const labels = ids.map((id) => element.ownerDocument.getElementById(id)).filter(Boolean);
  if (labels.length) return tidy(labels.map((label) => contentOf(label, element)).join(" "));
  return tidy(element.getAttribute("aria-label"));
}

function nameOf(element) {
  return nameGiven(element) || nameByKind(element) || tidy(element.title) || tidy(element.placeholder) || "";
}

function nameByKind(element) {
  const { tagName, type } = element;
  if (tagName === "INPUT" && ["button", "submit", "reset"].includes(type)) {
    return tidy(element.value || { submit: "Submit", reset: "Reset" }[type]);
  }
  if (tagName === "IMG" || (tagName === "INPUT" && type === "image")) return tidy(element.alt);
  if (element.labels && element.labels.length && tagName !== "BUTTON") {
    return tidy([...element.labels].map((label) => contentOf(label, element)).join(" "));
  }
  const caption = { FIELDSET: "legend", TABLE: "caption", FIGURE: "figcaption" }[tagName];
  if (caption) {
    const child = [...element.children].find((each) => each.tagName === caption.toUpperCase());
    return child ? tidy(contentOf(child, element)) : "";
  }
  return NAMED_BY_CONTENT.has(roleOf(element)) ? tidy(contentOf(element, element)) : "";
}

// The text of an element as a name: without hidden parts, and with the texts of pictures and controls.
function contentOf(element, asking) {
  let text = fromStyle(element, "::before");
  for (const node of element.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) {
      text += node.textContent;
    } else if (node.nodeType === Node.ELEMENT_NODE && node !== asking && !isSilent(node)) {
      const block = !getComputedStyle(node).display.startsWith("inline");
      const part = nameGiven(node) || spoken(node, asking);
      text += block ? ` ${part} ` : part;
    }
  }
  return text + fromStyle(element, "::after");
}

function spoken(node, asking) {
  if (node.tagName === "BR") return " ";
  if (node.tagName === "IMG") return node.alt;
  if (node.tagName === "INPUT" || node.tagName === "TEXTAREA") return node.value;
  if (node.tagName === "SELECT") return [...node.selectedOptions].map((option) => option.text).join(" ");
  return contentOf(node, asking);
}

function fromStyle(element, pseudo) {
  const content = getComputedStyle(element, pseudo).content;
  return /^["']/.test(content) ? content.slice(1, -1).replace(/\\(["'\\])/g, "$1") : "";
}
