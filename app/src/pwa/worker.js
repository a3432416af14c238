// The service worker. Keeps the files of one build, whose names carry their hash, and the offline page; never
// a page of the server, never anything about a session. Takes the place of the one before only when a person
// has agreed, or when no page is open.
const CACHE = __CACHE__;
const FILES = __FILES__;
const OFFLINE = __OFFLINE__;
const HOME = "/sessions";
// Its answer clears what the browser keeps of this site, this worker included: not to be waited for in here.
const SIGN_OUT = "/sign-out";
const kept = new Set(FILES);

addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)));
});

addEventListener("activate", (event) => {
  event.waitUntil(
    Promise.all([
      // Without it each page would wait for the worker to wake up.
      registration.navigationPreload?.enable(),
      caches.keys().then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)))),
      clients.claim(),
    ]),
  );
});

addEventListener("message", (event) => {
  if (event.data === "agreed") event.waitUntil(skipWaiting());
  if (event.data === "here") event.waitUntil(clients.claim());
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin || pathname === SIGN_OUT) return;
  if (request.mode === "navigate") event.respondWith(page(event));
  else if (request.method === "GET" && kept.has(pathname)) event.respondWith(file(request));
});

/** A page is the server's; when the network fails, the one page that says so. */
async function page({ request, preloadResponse }) {
  try {
    return (await preloadResponse) ?? (await fetch(request));
  } catch {
    // What a form sent is lost, and must not be sent again by a page that tries by itself.
    if (request.method !== "GET") return Response.redirect(back(request), 303);
    return (await (await caches.open(CACHE)).match(OFFLINE)) ?? Response.error();
  }
}

/** The page that the form was on. */
function back({ referrer }) {
  return referrer.startsWith(`${location.origin}/`) ? referrer : HOME;
}

/** Never changes under its name. One that the browser has thrown away comes from the server. */
async function file(request) {
  return (await (await caches.open(CACHE)).match(request, { ignoreVary: true })) ?? fetch(request);
}

addEventListener("notificationclick", (event) => {
  event.notification.close();
  const path = event.notification.data;
  const { origin, pathname } = new URL(typeof path === "string" ? path : HOME, location.origin);
  if (origin === location.origin) event.waitUntil(show(pathname));
});

/** The window that shows this page already, or a new one. */
async function show(path) {
  const windows = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = windows.find((window) => new URL(window.url).pathname === path);
  return there ? there.focus() : clients.openWindow(path);
}
