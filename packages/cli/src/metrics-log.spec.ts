import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openMetrics } from './metrics-log.js';
import { temporaryFolder } from './testing/temporary-folder.js';

const folder = temporaryFolder();
const path = join(folder, 'metrics.ndjson');

test('a resumed run keeps the lines it goes on after, and nothing beyond them, not even half a line', async () => {
  const log = await openMetrics<{ step: number }>(path);
  for (const step of [1, 2, 3]) log.write({ step });
  writeFileSync(path, '{"st', { flag: 'a' });
  const resumed = await openMetrics<{ step: number }>(path, 2);
  resumed.write({ step: 3 });
  expect(resumed.lines).toEqual([{ step: 1 }, { step: 2 }, { step: 3 }]);
  expect(readFileSync(path, 'utf8')).toBe('{"step":1}\n{"step":2}\n{"step":3}\n');
  await expect(openMetrics(path, 4)).rejects.toMatchObject({ code: 'CHECKPOINT_INVALID' });
});

(existsSync('/dev/full') ? test : test.skip)('a full disk is an error with a code (skipped where there is no /dev/full)', async () => {
  const log = await openMetrics<{ step: number }>(path);
  rmSync(path);
  symlinkSync('/dev/full', path);
  expect(() => log.write({ step: 1 })).toThrow(expect.objectContaining({ code: 'NOT_WRITABLE', message: expect.stringContaining('ENOSPC') }));
  expect(log.lines).toEqual([]);
});
