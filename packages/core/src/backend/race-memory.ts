import type { RaceTimes } from './race.js';

/** The part of the Cache API that is used: it is there in pages and in workers. */
interface Caches {
  open(name: string): Promise<{
    match(address: string): Promise<Response | undefined>;
    put(address: string, response: Response): Promise<void>;
  }>;
}

const name = 'length-adaptive-backend';
/** Entries are found by an address; this one belongs to nobody, and is never asked. */
const addressOf = (key: string): string => `https://length-adaptive.invalid/race/${encodeURIComponent(key)}`;

/** Where there is no Cache API, as in Node: as long as the process runs. */
const here = new Map<string, RaceTimes>();

const isTimes = (value: unknown): value is RaceTimes =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).length > 0 &&
  Object.values(value).every((time) => typeof time === 'number' && time >= 0);

const browserCaches = (): Caches | undefined => (globalThis as { readonly caches?: Caches }).caches;

/** What an earlier race took; undefined where none was run, and where nothing may be stored. */
export const recallRace = async (key: string): Promise<RaceTimes | undefined> => {
  const known = here.get(key);
  if (known) return known;
  try {
    const kept: unknown = await (await (await browserCaches()?.open(name))?.match(addressOf(key)))?.json();
    return isTimes(kept) ? kept : undefined;
  } catch {
    return undefined; // storage that is forbidden or broken is no error: the race is run again
  }
};

/** Keeps what a race took. */
export const rememberRace = async (key: string, times: RaceTimes): Promise<void> => {
  here.set(key, times);
  try {
    const cache = await browserCaches()?.open(name);
    await cache?.put(addressOf(key), new Response(JSON.stringify(times)));
  } catch {
    // it is run again at the next visit
  }
};

/** As at a first visit: for tests. */
export const forgetRaces = (): void => here.clear();
