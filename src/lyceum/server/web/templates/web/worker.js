const kept = "lyceum-{{ style|slice:"8:20" }}";
self.addEventListener("install", (event) => event.waitUntil(caches.open(kept).then((cache) => cache.addAll(["/offline", "{{ style }}"]))));
self.addEventListener("activate", (event) => event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((name) => name !== kept).map((name) => caches.delete(name))))));
self.addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate") event.respondWith(fetch(event.request).catch(() => caches.match("/offline", { ignoreVary: true })));
  else if (new URL(event.request.url).pathname === "{{ style }}") event.respondWith(caches.match(event.request).then((found) => found || fetch(event.request)));
});
