import { sniffedBytes } from './check-content.js';
import type { DownloadCache } from './download-cache.js';

/** The part of the Cache API that is used. */
interface Caches {
  open(name: string): Promise<{
    match(address: string): Promise<Response | undefined>;
    put(address: string, response: Response): Promise<void>;
    delete(address: string): Promise<boolean>;
  }>;
}

const defaultName = 'length-adaptive';

/** Where browsers keep responses: pages and workers that came over https, or from this machine. */
const browserCaches = (): Caches | undefined => (globalThis as { caches?: Caches }).caches;

/** Entries are found by an address; this one belongs to nobody, and is never asked. */
const addressOf = (key: readonly string[]): string => `https://length-adaptive.invalid/${key.map(encodeURIComponent).join('/')}`;

/** The cache of downloads in a browser, under a name of its own in the Cache API; undefined where there is none. */
export const browserCache = (name = defaultName): DownloadCache | undefined => {
  const caches = browserCaches();
  if (!caches) return undefined;
  const find = async (key: readonly string[]) => (await caches.open(name)).match(addressOf(key));
  const orNothing = (): undefined => undefined; // storage that is full or forbidden is no error: the file is downloaded each time
  return {
    get: async (key) => {
      const kept = await find(key).catch(orNothing);
      return kept && new Uint8Array(await kept.arrayBuffer());
    },
    start: async (key) => {
      const kept = await find(key).catch(orNothing);
      if (!kept) return undefined;
      const reader = kept.body?.getReader();
      const first = (await reader?.read().catch(orNothing))?.value as Uint8Array | undefined;
      await reader?.cancel().catch(orNothing);
      return first?.subarray(0, sniffedBytes) ?? new Uint8Array(0);
    },
    set: async (key, bytes) => {
      const cache = await caches.open(name).catch(orNothing);
      await cache?.put(addressOf(key), new Response(bytes as Uint8Array<ArrayBuffer>)).catch(orNothing);
    },
    delete: async (key) => {
      const cache = await caches.open(name).catch(orNothing);
      await cache?.delete(addressOf(key)).catch(orNothing);
    },
  };
};
