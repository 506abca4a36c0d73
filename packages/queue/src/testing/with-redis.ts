import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programMissing } from '@length-adaptive/tools/testing/program-missing';
import { startRedis, type RedisServer } from '@length-adaptive/tools/testing/redis-server';
import { releaseFileOf, type Task } from './evaluate-task.js';

/** What the tests of one file work with. */
export interface RedisTests {
  redis(): RedisServer;
  /** A file of this name in a folder that goes when the tests are over. */
  file(name: string): string;
  /** The lines of such a file; none where it is not there. */
  lines(name: string): readonly string[];
  /** Releases held tasks, in the study whose log has this name. */
  release(name: string, ...tasks: readonly Task[]): void;
}

/** Describes tests that need a Redis, which is theirs alone; without a redis-server they are skipped, and say why. */
export const describeWithRedis = (name: string, tests: (context: RedisTests) => void): void => {
  const missing = programMissing('redis-server');
  if (missing !== undefined)
    return describe.skip(`${name} (skipped: ${missing})`, () =>
      tests({ redis: () => ({}) as RedisServer, file: String, lines: () => [], release: () => undefined }));
  describe(name, () => {
    const folder = mkdtempSync(join(tmpdir(), 'length-adaptive-queue-'));
    let server: RedisServer | undefined;
    const redis = (): RedisServer => {
      if (server === undefined) throw new Error('Redis runs in tests only');
      return server;
    };
    beforeAll(async () => {
      server = await startRedis(folder);
    });
    const file = (fileName: string): string => join(folder, fileName);
    const lines = (fileName: string): readonly string[] =>
      existsSync(file(fileName)) ? readFileSync(file(fileName), 'utf8').split('\n').filter(Boolean) : [];
    const release = (logName: string, ...tasks: readonly Task[]): void =>
      tasks.forEach(({ x }) => writeFileSync(releaseFileOf(file(logName), x), ''));
    tests({ redis, file, lines, release });
    afterAll(async () => {
      await server?.stop(); // last: these hooks run in the order in which they stand
      rmSync(folder, { recursive: true, force: true });
    });
  });
};
