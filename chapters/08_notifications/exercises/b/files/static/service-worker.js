// Shows notifications. It runs apart from all pages: the browser starts it when there is something to do,
// also when no page is open.
const OFFLINE = "/static/offline.html";
const MEMORY = "notes";
const REMEMBERED = 300;
// For a push that says nothing we can read. A browser wants to see something for each.
const SOMETHING = { tag: "something", title: "Parley", body: "There is something new.", url: "/" };

// A new version takes over at once, pages that are open included.
self.addEventListener("install", (event) => event.waitUntil(prepare()));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// A page comes from the server or not at all: nobody else knows what is in it.
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

// Anything may come: nothing at all, or what an older server has sent.
function noteIn(data) {
  try {
    const { tag, title, body, url } = data.json();
    const isNote = [tag, title, body, url].every((word) => typeof word === "string");
    if (isNote && tag && title) return { tag, title, body, url: ownPage(url) };
  } catch {
    // Empty, or no JSON.
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

// Several pages and a push may bring the same note at the same time. One after the other, and each note once.
function announce(notes, quiet = false) {
  return navigator.locks.request(MEMORY, async () => {
    for (const note of notes) {
      if ((note === SOMETHING || (await isNew(note.tag))) && !quiet && !(await isOnScreen(note.url))) await show(note);
    }
    await forgetOldest();
  });
}

// All of a conversation in one, which says how many there are.
async function show({ title, body, url }) {
  const [before] = await self.registration.getNotifications({ tag: url });
  const count = (before?.data.count ?? 0) + 1;
  const words = count > 1 ? `${count} new. ${body}` : body;
  const look = { tag: url, renotify: true, icon: "/static/icon.png" };
  return self.registration.showNotification(title, { ...look, body: words, data: { url, count } });
}

// The memory is a cache: it lasts, and pages come and go. What a note said is not in it, only its name.
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

// What has been read needs no notification any more.
async function takeAway(url) {
  const shown = await self.registration.getNotifications();
  shown.filter((one) => one.data?.url === url).forEach((one) => one.close());
}

// To the page of the conversation if it is open; else to the list, which gives way. In all other windows
// somebody may be writing: they are left alone.
async function lead(url) {
  const open = await windows();
  const there = open.find((client) => isAt(client, url));
  if (there) return there.focus();
  const list = open.find((client) => isAt(client, "/"));
  const moved = await list?.navigate(url).catch(() => null);
  return moved ? moved.focus() : self.clients.openWindow(url);
}
