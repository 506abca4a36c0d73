/* Keeps what a reader has opened, so that the site opens without a network too. Models are kept by the library itself. */
const cacheName = 'length-adaptive-site';

/** Files whose name changes with their content. */
const isHashed = (url) => url.pathname.includes('/assets/');

const isKept = (request) => {
  const url = new URL(request.url);
  return request.method === 'GET' && url.origin === self.location.origin && !url.pathname.includes('/models/');
};

const keep = async (request, response) => {
  if (response.ok) await (await caches.open(cacheName)).put(request, response.clone());
  return response;
};

const answer = async (request) => {
  const cache = await caches.open(cacheName);
  if (isHashed(new URL(request.url))) {
    const kept = await cache.match(request);
    if (kept) return kept;
  }
  try {
    return await keep(request, await fetch(request));
  } catch (error) {
    const kept = await cache.match(request, { ignoreSearch: true });
    if (kept) return kept;
    throw error;
  }
};

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => {
  if (isKept(event.request)) event.respondWith(answer(event.request));
});
/* What a page loaded before this worker watched it. */
self.addEventListener('message', (event) => {
  const missing = async (address) => {
    const request = new Request(address);
    if (isKept(request) && !(await caches.match(request))) await keep(request, await fetch(request));
  };
  event.waitUntil(Promise.allSettled(event.data.map(missing)));
});
