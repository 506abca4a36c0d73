/**
 * @jest-environment-options {"webGpu": true}
 */
import { webGpuAdapter, webGpuMissing } from '@length-adaptive/tools/testing/web-gpu';
import * as tf from '@tensorflow/tfjs';
import { forgetRaces } from './race-memory.js';
import { timePass } from './race.js';
import { raceBackends } from './race-backends.js';
import { startBackend } from './start-backend.js';

const shape = { layers: 3, hiddenSize: 16, intermediateSize: 32, heads: 2, tokens: 20 };
const started = { webgpu: 'the graphics processor (a card)', wasm: 'WebAssembly on 1 thread' } as const;

/** The Cache API, as far as it is used. */
const fakeCaches = () => {
  const kept = new Map<string, string>();
  const cache = {
    match: async (address: string) => {
      const text = kept.get(address);
      return text === undefined ? undefined : new Response(text);
    },
    put: async (address: string, response: Response) => void kept.set(address, await response.text()),
  };
  return { kept, caches: { open: async () => cache } };
};

const missing = webGpuMissing();
(missing === undefined ? describe : describe.skip)(`a race of backends (${missing ?? webGpuAdapter()})`, () => {
  beforeAll(async () => {
    await startBackend({ backends: ['webgpu'] });
    await startBackend({ backends: ['wasm'] });
  });
  beforeEach(forgetRaces);

  test('the faster becomes the backend, and says what both took; the next visit remembers', async () => {
    const { kept, caches } = fakeCaches();
    Object.assign(globalThis, { caches });
    try {
      const before = tf.memory().numTensors;
      const first = await raceBackends(shape, async (name) => started[name]);
      const { milliseconds, remembered } = first?.race ?? {};
      expect(remembered).toBe(false);
      const { webgpu = NaN, wasm = NaN } = milliseconds ?? {};
      expect(webgpu).toBeGreaterThan(0);
      expect(wasm).toBeGreaterThan(0);
      const [winner, loser] = webgpu <= wasm ? (['webgpu', 'wasm'] as const) : (['wasm', 'webgpu'] as const);
      expect(first).toMatchObject({ backend: winner, passedOver: [{ backend: loser }] });
      expect(first?.reason).toMatch(
        new RegExp(
          `^${started[winner].replace(/[()]/g, '\\$&')}; ${loser} was passed over: a pass of a model of this shape takes [\\d.]+ ms there and [\\d.]+ ms here$`,
        ),
      );
      expect(tf.getBackend()).toBe(winner);
      expect(tf.memory().numTensors).toBe(before);

      forgetRaces(); // the page was closed
      expect(kept.size).toBe(1);
      const other = { webgpu: wasm, wasm: webgpu };
      for (const key of kept.keys()) kept.set(key, JSON.stringify(other));
      const second = await raceBackends(shape, async (name) => started[name]);
      expect(second?.race).toEqual({ milliseconds: other, remembered: true });
      expect([second?.backend, tf.getBackend()]).toEqual([loser, loser]);
      // Of another shape or on another device nothing is known.
      expect((await raceBackends({ ...shape, layers: 2 }, async (name) => started[name]))?.race?.remembered).toBe(
        false,
      );
      expect((await raceBackends(shape, async (name) => `another ${started[name]}`))?.race?.remembered).toBe(false);
      // What is kept and is no such thing is as if it were not there.
      forgetRaces();
      for (const key of kept.keys()) kept.set(key, '{"webgpu":"fast"}');
      expect((await raceBackends(shape, async (name) => started[name]))?.race?.remembered).toBe(false);
    } finally {
      Reflect.deleteProperty(globalThis, 'caches');
    }
  });

  test('one that starts and cannot run a pass has lost, with the reason, and may try again at the next visit', async () => {
    const kernels = tf.getKernelsForBackend('webgpu');
    for (const { kernelName } of kernels) tf.unregisterKernel(kernelName, 'webgpu');
    try {
      const found = await raceBackends(shape, async (name) => started[name]);
      expect(found).toMatchObject({
        backend: 'wasm',
        passedOver: [{ backend: 'webgpu' }],
        race: { remembered: false },
      });
      expect(Object.keys(found?.race?.milliseconds ?? {})).toEqual(['wasm']);
      expect(found?.reason).toMatch(
        /^WebAssembly on 1 thread; webgpu was passed over: it starts, and a pass of a model of this shape fails: .*not registered/,
      );
      expect(tf.getBackend()).toBe('wasm');
    } finally {
      kernels.forEach(tf.registerKernel);
    }
    const next = await raceBackends(shape, async (name) => started[name]);
    expect(Object.keys(next?.race?.milliseconds ?? {})).toEqual(['webgpu', 'wasm']);
    expect(next?.race?.remembered).toBe(false);
  });

  test('of a deep model two layers are run, and the others reckoned', async () => {
    await tf.setBackend('wasm');
    const wide = { ...shape, hiddenSize: 256, intermediateSize: 1024, tokens: 64 };
    const [one, ten] = [await timePass({ ...wide, layers: 1 }), await timePass({ ...wide, layers: 10 })];
    expect(ten).toBeGreaterThan(2 * one);
  });

  test('where one of them does not start there is no race, and the list decides', async () => {
    expect(
      await raceBackends(shape, async (name) => {
        if (name === 'webgpu') throw new Error('there is no card');
        return started[name];
      }),
    ).toBeUndefined();
    const found = await startBackend({ race: shape }); // its only adapter is software
    expect(found).toMatchObject({ backend: 'wasm', passedOver: [{ backend: 'webgpu' }] });
    expect(found.race).toBeUndefined();
    expect((await startBackend({ backends: ['cpu'], race: shape })).backend).toBe('cpu');
  });
});
