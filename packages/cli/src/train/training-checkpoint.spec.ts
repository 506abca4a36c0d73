import * as files from 'node:fs/promises';
import { join } from 'node:path';
import { createAdamWState } from '@length-adaptive/core';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { hasCheckpoint, readCheckpoint, removeCheckpoint, writeCheckpoint } from './training-checkpoint.js';
import type { TrainingCheckpoint } from './training-checkpoint.js';

const folder = join(temporaryFolder(), 'run');

const at = (step: number): TrainingCheckpoint => ({
  ...{ stage: 0, step, metricsLines: step, data: 'abc', weights: {} },
  state: { step, epochsDone: 0, weights: new Map([['w', Float32Array.of(step)]]), optimizer: createAdamWState() },
});

/** Lets writing fail from the file of this name on, as on a full disk; or not at all. */
const failAt = (name: string): jest.SpyInstance => {
  let failed = false;
  const { rename } = jest.requireActual<typeof files>('node:fs/promises');
  return jest.spyOn(process.getBuiltinModule('node:fs/promises'), 'rename').mockImplementation((from, to) => {
    failed ||= String(to).endsWith(name);
    return failed ? Promise.reject(new Error('ENOSPC')) : rename(from, to);
  });
};

test.each(['.safetensors', 'checkpoint.json'])(
  'a checkpoint whose writing ends at %s leaves the one before',
  async (name) => {
    await writeCheckpoint(folder, at(3));
    const spy = failAt(name);
    await expect(writeCheckpoint(folder, at(4))).rejects.toMatchObject({ code: 'NOT_WRITABLE' });
    spy.mockRestore();
    expect((await readCheckpoint(folder)).state.weights.get('w')).toEqual(Float32Array.of(3));

    await writeCheckpoint(folder, at(5));
    expect(await readCheckpoint(folder)).toMatchObject({ step: 5, state: { step: 5 } });
    await removeCheckpoint(folder);
    expect([hasCheckpoint(folder), await files.readdir(folder)]).toEqual([false, []]);
  },
);

test('a checkpoint whose header is written is there, wherever its tensors are', async () => {
  await writeCheckpoint(folder, at(3));
  const spy = failAt('/checkpoint.safetensors');
  await writeCheckpoint(folder, at(4)).catch(() => undefined);
  spy.mockRestore();
  expect(await readCheckpoint(folder)).toMatchObject({ step: 4, state: { step: 4 } });
});
