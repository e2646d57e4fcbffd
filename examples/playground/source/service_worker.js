// Keeps the playground for use without a network. The build fills in VERSION and FILES.

onactivate = (event) => event.waitUntil(forgetOthers());
oninstall = (event) => event.waitUntil(keep());
onfetch = (event) => event.respondWith(answer(event.request));

async function keep() {
  const cache = await caches.open(VERSION);
  await cache.addAll(FILES);
}

async function forgetOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== VERSION).map((name) => caches.delete(name)));
}

async function answer(request) {
  const cache = await caches.open(VERSION);
  return (await cache.match(request)) ?? fetch(request);
}
