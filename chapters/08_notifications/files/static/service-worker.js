// Shows notifications. It runs apart from all pages: the browser starts it when there is something to do,
// also when no page is open.
const OFFLINE = "/static/offline.html";
const MEMORY = "notes";
const REMEMBERED = 300;

// A new version takes over at once, pages that are open included.
self.addEventListener("install", (event) => event.waitUntil(prepare()));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// A page comes from the server or not at all: nobody else knows what is in it.
self.addEventListener("fetch", (event) => {
  if (event.request.mode !== "navigate") return;
  event.respondWith(fetch(event.request).catch(() => caches.match(OFFLINE)));
});

// From the server, by way of a push service.
self.addEventListener("push", (event) => event.waitUntil(announce([event.data.json()])));

// From a page.
self.addEventListener("message", (event) => {
  const { notes, quiet, read } = event.data;
  if (notes) event.waitUntil(announce(notes, quiet));
  if (read) event.waitUntil(takeAway(read));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(lead(event.notification.data.url));
});

async function prepare() {
  const cache = await caches.open("offline");
  await cache.add(OFFLINE);
  await self.skipWaiting();
}

// Several pages and a push may bring the same note at the same time. One after the other, and each note once.
function announce(notes, quiet = false) {
  return navigator.locks.request(MEMORY, async () => {
    for (const note of notes) {
      if ((await isNew(note.tag)) && !quiet && !(await isOnScreen(note.url))) await show(note);
    }
    await forgetOldest();
  });
}

function show({ tag, title, body, url }) {
  return self.registration.showNotification(title, { tag, body, dir: "auto", icon: "/static/icon.png", data: { url } });
}

// The memory is a cache: it lasts, and pages come and go. What a note said is not in it, only its name.
async function isNew(tag) {
  const memory = await caches.open(MEMORY);
  if (await memory.match(`/notes/${tag}`)) return false;
  await memory.put(`/notes/${tag}`, new Response());
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
