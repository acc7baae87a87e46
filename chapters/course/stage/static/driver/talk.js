// The connection to the stage: takes errands, and sends answers and news. In a window of its own it does nothing.

const stage = window.parent === window ? null : window.parent;
const stageOrigin = new URL(document.currentScript.src).origin;
const documentId = Math.random().toString(36).slice(2);
let atWork = 0;

function tell(say, more = {}) {
  stage.postMessage({ parley: true, say, document: documentId, ...more }, stageOrigin);
}

function begin(errand) {
  tell("begun", { id: errand.id });
}

function views() {
  return [...document.querySelectorAll("[data-phx-session]")].map((each) => ({
    id: each.id,
    main: each.hasAttribute("data-phx-main"),
    nested: each.hasAttribute("data-phx-parent-id"),
    classes: [...each.classList].filter((name) => name.startsWith("phx-")),
  }));
}

async function probe(path, ms) {
  const began = performance.now(), stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), ms);
  let answered = false;
  try {
    await fetch(path, { cache: "no-store", signal: stop.signal });
    answered = true;
  } catch {}
  clearTimeout(timer);
  return { answered, late: stop.signal.aborted, seconds: (performance.now() - began) / 1000 };
}

function sayHello() {
  if (document.readyState !== "loading") tell("page", { url: location.href, views: views() });
}

async function run(errand) {
  const { id } = errand;
  atWork += 1;
  try {
    tell("answer", { id, value: await ACTIONS[errand.do](errand) });
  } catch (error) {
    tell("answer", { id, problem: error instanceof Problem ? error.message : `${error.name}: ${error.message}` });
  }
  atWork -= 1;
}

// The classes of the views show their state; the stage gets a message when they change.
function watchViews() {
  let last = "";
  const look = () => {
    const now = JSON.stringify(views());
    if (now !== last) tell("views", { views: JSON.parse((last = now)) });
  };
  const filter = { attributeFilter: ["class", "data-phx-session"], childList: true, subtree: true };
  let waiting = false;
  new MutationObserver(() => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      look();
    }, 30);
  }).observe(document.documentElement, filter);
  look();
}

function watchAddress() {
  let last = location.href;
  const look = () => {
    if (location.href !== last) tell("url", { url: (last = location.href) });
  };
  for (const name of ["phx:navigate", "phx:page-loading-stop", "popstate", "hashchange"]) addEventListener(name, look);
}

if (stage) {
  addEventListener("message", (event) => {
    if (event.source !== stage || event.origin !== stageOrigin || !event.data) return;
    if (event.data.do === "hello") sayHello();
    else if (event.data.do === "outline") outline.set(event.data.on);
    else if (event.data.do) run(event.data);
  });
  // While an act plays, an Enter that is meant for the stage must not send a message in this page.
  addEventListener("keydown", (event) => {
    if (!event.isTrusted || !atWork || !["Enter", "PageDown"].includes(event.key)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  addEventListener("DOMContentLoaded", () => {
    sayHello();
    watchViews();
    watchAddress();
  });
  addEventListener("pagehide", () => tell("leaving"));
  // Back and forward may show a page that the browser has kept.
  addEventListener("pageshow", (event) => {
    if (event.persisted) sayHello();
  });
}
