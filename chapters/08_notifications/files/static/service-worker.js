// Shows notifications. It runs apart from all pages: the browser starts it when there is something to do,
// even if no page is open.
const OFFLINE = "/static/offline.html";
const MEMORY = "notes";
const REMEMBERED = 300;
// For a push that cannot be read. Browsers require a notification for each push.
const SOMETHING = { tag: "something", title: "Parley", body: "There is something new.", url: "/" };

// A new version takes over at once, also for open pages.
self.addEventListener("install", (event) => event.waitUntil(prepare()));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// A page comes from the server or not at all: nothing else knows its content.
self.addEventListener("fetch", (event) => {
  if (event.request.mode !== "navigate") return;
  event.respondWith(fetch(event.request).catch(() => caches.match(OFFLINE)));
});

// From the server, by way of a push service.
self.addEventListener("push", (event) => event.waitUntil(announce([noteIn(event.data)])));

// From a page.
self.addEventListener("message", (event) => {
  const { notes, quiet, read } = event.data ?? {};
  if (notes) event.waitUntil(announce(notes, quiet));
  if (read) event.waitUntil(takeAway(read));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(lead(ownPage(event.notification.data?.url)));
});

// The data may be anything: nothing at all, or what an older server has sent.
function noteIn(data) {
  try {
    const { tag, title, body, url } = data.json();
    const isNote = [tag, title, body, url].every((word) => typeof word === "string");
    if (isNote && tag && title) return { tag, title, body, url: ownPage(url) };
  } catch {
    // Empty, or not JSON.
  }
  return SOMETHING;
}

// A notification of ours leads to a page of ours.
function ownPage(url) {
  const { origin } = self.location;
  if (typeof url !== "string" || !URL.canParse(url, origin)) return SOMETHING.url;
  const page = new URL(url, origin);
  return page.origin === origin && !page.pathname.startsWith("//") ? page.pathname : SOMETHING.url;
}

async function prepare() {
  const cache = await caches.open("offline");
  await cache.add(OFFLINE);
  await self.skipWaiting();
}

// Several pages and a push may bring the same note at the same time. One after the other, each note is shown
// once.
function announce(notes, quiet = false) {
  return navigator.locks.request(MEMORY, async () => {
    for (const note of notes) {
      if ((note === SOMETHING || (await isNew(note.tag))) && !quiet && !(await isOnScreen(note.url))) await show(note);
    }
    await forgetOldest();
  });
}

function show({ tag, title, body, url }) {
  return self.registration.showNotification(title, { tag, body, dir: "auto", icon: "/static/icon.png", data: { url } });
}

// The memory is a cache: it outlives the pages. It holds the names of notes only, not their texts.
async function isNew(tag) {
  const memory = await caches.open(MEMORY);
  const name = `/notes/${encodeURIComponent(tag)}`;
  if (await memory.match(name)) return false;
  await memory.put(name, new Response());
  return true;
}

async function forgetOldest() {
  const memory = await caches.open(MEMORY);
  const known = await memory.keys();
  await Promise.all(known.slice(0, -REMEMBERED).map((old) => memory.delete(old)));
}

function windows() {
  return self.clients.matchAll({ type: "window", includeUncontrolled: true });
}

function isAt(client, url) {
  return new URL(client.url).pathname === url;
}

async function isOnScreen(url) {
  return (await windows()).some((client) => isAt(client, url) && client.visibilityState === "visible");
}

// A message that was read needs no notification any more.
async function takeAway(url) {
  const shown = await self.registration.getNotifications();
  shown.filter((one) => one.data?.url === url).forEach((one) => one.close());
}

// Use the page of the conversation if it is open, else that of the list. A user may be writing in all others,
// so they are left alone.
async function lead(url) {
  const open = await windows();
  const there = open.find((client) => isAt(client, url));
  if (there) return there.focus();
  const list = open.find((client) => isAt(client, "/"));
  const moved = await list?.navigate(url).catch(() => null);
  return moved ? moved.focus() : self.clients.openWindow(url);
}
