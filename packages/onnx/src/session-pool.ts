import type { RuntimeSession } from './runtime.js';

/** Sessions that are opened when they are first asked for, and of which few stay open. */
export interface SessionPool {
  /**
   * Runs something on the session of a key, which stays open for as long as that takes.
   *
   * @param open is called where no session of the key is open
   * @throws what `open` and `run` throw; the next who asks for a session that did not open tries again
   */
  use<Result>(
    key: string,
    open: () => Promise<RuntimeSession>,
    run: (session: RuntimeSession) => Promise<Result>,
  ): Promise<Result>;
  /** Releases every session. Nothing may run on one, or be asked for, from then on. */
  release(): Promise<void>;
}

interface Entry {
  readonly session: Promise<RuntimeSession>;
  users: number;
}

/**
 * Keeps the sessions that were used last; the others are released as soon as nothing runs on them.
 *
 * @param most sessions that stay open, at least 1. More are open only while so many run at once
 */
export const createSessionPool = (most: number): SessionPool => {
  const entries = new Map<string, Entry>(); // the one that was used last stands last
  const drop = async (key: string, { session }: Entry): Promise<void> => {
    entries.delete(key);
    const opened = await session.catch(() => undefined); // one that did not open has nothing to release
    await opened?.release();
  };
  /** Releases those that were used longest ago, until there is room for some more. */
  const makeRoom = async (room: number): Promise<void> => {
    const idle = [...entries].filter(([, { users }]) => users === 0);
    await Promise.all(idle.slice(0, Math.max(0, entries.size + room - most)).map((entry) => drop(...entry)));
  };
  const enter = (key: string, open: () => Promise<RuntimeSession>): Entry => {
    const known = entries.get(key);
    entries.delete(key);
    const entry = known ?? { session: makeRoom(1).then(open), users: 0 };
    entries.set(key, entry);
    entry.users += 1;
    return entry;
  };
  return {
    use: async (key, open, run) => {
      const entry = enter(key, open);
      try {
        return await run(await entry.session);
      } finally {
        entry.users -= 1;
        const opened = await entry.session.then(
          () => true,
          () => false,
        );
        if (!opened && entries.get(key) === entry) entries.delete(key);
        await makeRoom(0);
      }
    },
    release: async () => {
      await Promise.all([...entries].map((entry) => drop(...entry)));
    },
  };
};
