import type { Engine, RaceEnd } from './fastest-engine.js';
import { openFastest } from './fastest-engine.js';

interface Fake {
  readonly engine: Engine;
  readonly backend:
    { readonly backend: 'wasm'; readonly reason: string; readonly passedOver: readonly never[] } | undefined;
  dispose(): void;
}

/** Engines that take so many milliseconds each, and what became of them. */
const setting = (ms: Readonly<Record<Engine, number>>, known?: RaceEnd, broken: readonly Engine[] = []) => {
  const said: string[] = [];
  const open = (engine: Engine) => async (): Promise<Fake> => {
    said.push(`open ${engine}`);
    if (broken.includes(engine)) throw new Error(`no ${engine} today`);
    const backend =
      engine === 'tfjs' ? ({ backend: 'wasm', reason: 'WebAssembly', passedOver: [] } as const) : undefined;
    return { engine, backend, dispose: () => said.push(`close ${engine}`) };
  };
  let kept = known;
  return {
    said,
    kept: () => kept,
    options: {
      open: { onnx: open('onnx'), tfjs: open('tfjs') },
      run: ({ engine }: Fake) => new Promise((resolve) => setTimeout(resolve, ms[engine])),
      memory: { recall: () => kept, remember: (end: RaceEnd) => void (kept = end) },
    },
  };
};

test('at the first visit both run, the faster one stays, and is opened alone from then on', async () => {
  const { said, kept, options } = setting({ onnx: 5, tfjs: 25 });
  const { model, runsOn } = await openFastest(options);
  expect(model.engine).toBe('onnx');
  expect(runsOn).toMatch(/^ONNX Runtime Web with 8-bit integers: \d+\.\d times as fast here as TensorFlow\.js$/);
  expect(said).toEqual(['open tfjs', 'open onnx', 'close tfjs']);
  expect(kept()).toEqual({ engine: 'onnx', gain: expect.any(Number) as number });
  expect((await openFastest(options)).runsOn).toBe(runsOn);
  expect(said.slice(3)).toEqual(['open onnx']);
});

test('where TensorFlow.js is faster it stays, and the other one is not fetched again', async () => {
  const { said, kept, options } = setting({ onnx: 25, tfjs: 5 });
  const { model, runsOn } = await openFastest(options);
  expect(model.engine).toBe('tfjs');
  expect(runsOn).toMatch(/^wasm: WebAssembly; \d+\.\d times as fast here as ONNX Runtime Web with 8-bit integers$/);
  expect(kept()?.gain).toBeGreaterThan(1);
  expect((await openFastest(options)).runsOn).toBe(runsOn);
  expect(said).toEqual(['open tfjs', 'open onnx', 'close onnx', 'open tfjs']);
});

test.each([[undefined], [{ engine: 'onnx', gain: 2 } as const]])(
  'where ONNX Runtime Web does not open it is TensorFlow.js, which says why (known: %j)',
  async (known) => {
    const { kept, options } = setting({ onnx: 1, tfjs: 1 }, known, ['onnx']);
    const { model, runsOn } = await openFastest(options);
    expect(model.engine).toBe('tfjs');
    expect(runsOn).toContain('ONNX Runtime Web with 8-bit integers did not open (no onnx today)');
    expect(kept()).toEqual(known);
  },
);

test('a browser that saves data fetches no second engine', async () => {
  const { said, options } = setting({ onnx: 1, tfjs: 9 }, { engine: 'onnx', gain: 2 });
  expect((await openFastest({ ...options, savesData: true })).model.engine).toBe('tfjs');
  expect(said).toEqual(['open tfjs']);
});

test('a model that opens on nothing fails, and one that is no longer wanted leaves nothing open', async () => {
  await expect(openFastest(setting({ onnx: 1, tfjs: 1 }, undefined, ['tfjs']).options)).rejects.toThrow(
    'no tfjs today',
  );
  const { said, kept, options } = setting({ onnx: 5, tfjs: 5 });
  const gone = new AbortController();
  const opening = openFastest({ ...options, signal: gone.signal, onRace: () => gone.abort() });
  await expect(opening).rejects.toMatchObject({ name: 'AbortError' });
  expect([...said].sort()).toEqual(['close onnx', 'close tfjs', 'open onnx', 'open tfjs']);
  expect(kept()).toBeUndefined();
});
