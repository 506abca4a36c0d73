import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { openTrainedModel, saveModel } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import { exportModel } from './export-model.js';
import type { OpenOnnxOptions } from './open-onnx.js';
import { openOnnx } from './open-onnx.js';
import type { OnnxRuntime } from './runtime.js';
import { findRuntime } from './runtime.js';
import { filesOf, memorySource } from './testing/memory-source.js';
import { temporaryFolder } from './testing/temporary-folder.js';
import { tinyModel, tinyTextModel } from './testing/tiny-model.js';

const folder = temporaryFolder();
const saved = join(folder, 'saved');
const exported = join(folder, 'exported');
const inputs = [{ ids: [2, 5, 9, 131_071, 3] }, { ids: [2, 70_000, 3] }];

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
  const { model, ...text } = tinyTextModel();
  model.dispose();
  const large = tinyModel({ vocab_size: 131_072 }); // a table of 16 MiB
  await saveModel(saved, { ...text, model: large });
  large.dispose();
  const trained = await openTrainedModel(saved);
  await exportModel(exported, trained, { precisions: ['fp32', 'fp16', 'int8'] });
  trained.model.dispose();
}, 300_000);

/** What a session was opened with. */
interface Opened {
  readonly bytes: number;
  readonly folder: string | undefined;
  readonly weights: number;
}

const sizeOf = (file: string): number => (existsSync(file) ? statSync(file).size : 0);

/** The runtime, which tells what it opens; with `native: false` nobody can tell that it is onnxruntime-node. */
const watched = async ({ native = true } = {}): Promise<{ runtime: OnnxRuntime; opened: Opened[] }> => {
  const { Tensor, InferenceSession, env } = await findRuntime();
  const opened: Opened[] = [];
  const create: OnnxRuntime['InferenceSession']['create'] = (model, options) => {
    const { extra } = options as unknown as { extra?: { session: Record<string, string> } };
    const at = extra?.session['model_external_initializers_file_folder_path'];
    const beside = ['weights', 'model.onnx', 'model_fp16.onnx', 'model_quantized.onnx'];
    const weights = at === undefined ? 0 : Math.max(...beside.map((name) => sizeOf(join(at, name))));
    opened.push({ bytes: model.byteLength, folder: at, weights });
    return InferenceSession.create(model, options);
  };
  return { runtime: { Tensor, InferenceSession: { create }, ...(native && { env }) }, opened };
};

const logitsOf = async (source: Parameters<typeof openOnnx>[0], options: OpenOnnxOptions): Promise<Float32Array> => {
  const { model } = await openOnnx(source, { threads: 1, ...options });
  const logits = await model.runRows(inputs, [{ lengths: [0.9, 0.7, 0.5] }, {}]);
  await model.release();
  return logits;
};

describe.each(['fp32', 'fp16', 'int8'] as const)('large weights of %s', (precision) => {
  test.each([
    ['a folder', () => saved],
    ['files in memory', () => memorySource(filesOf(saved))],
  ])(
    'of %s stand in a file of their own that has no name any more, and answers are the same numbers',
    async (_, sourceOf) => {
      const source = sourceOf();
      const beside = await watched();
      const within = await watched({ native: false });
      const logits = await logitsOf(source, { precision, runtime: beside.runtime });
      expect(logits).toEqual(await logitsOf(source, { precision, runtime: within.runtime }));
      const [one] = beside.opened as [Opened];
      const [other] = within.opened as [Opened];
      expect(other.folder).toBeUndefined();
      expect(one.bytes).toBeLessThan(0.2 * other.bytes);
      expect(one.weights).toBeGreaterThan(0.8 * other.bytes);
      expect(existsSync(one.folder ?? saved)).toBe(false);
    },
  );
});

describe('an exported file', () => {
  const copies = join(folder, 'copies');
  const copyOf = (name: string): string => {
    const to = join(copies, name);
    cpSync(exported, to, { recursive: true });
    return to;
  };

  test.each(['fp32', 'fp16', 'int8'] as const)(
    'of %s is mapped where it lies, also through a link, and answers are those of a copy in memory',
    async (precision) => {
      const link = join(folder, `link-${precision}`);
      symlinkSync(exported, link);
      const { runtime, opened } = await watched();
      const logits = await logitsOf(link, { precision, runtime });
      const within = await watched({ native: false });
      expect(logits).toEqual(await logitsOf(exported, { precision, runtime: within.runtime }));
      expect(opened).toHaveLength(1);
      const [{ bytes, folder: at, weights }] = opened as [Opened];
      expect(at).toBe(realpathSync(join(exported, 'onnx')));
      expect(bytes).toBeLessThan(0.2 * weights);
    },
  );

  test('answers as before once it is replaced or removed, and its new name is another model', async () => {
    const source = copyOf('replaced');
    const file = join(source, 'onnx/model.onnx');
    const { model } = await openOnnx(source, { threads: 1 });
    const before = await model.runRows(inputs, [{}, {}]);
    writeFileSync(`${file}.new`, 'another');
    renameSync(`${file}.new`, file);
    expect(await model.runRows(inputs, [{}, {}])).toEqual(before);
    rmSync(source, { recursive: true });
    expect(await model.runRows(inputs, [{}, {}])).toEqual(before);
    await model.release();
  });

  test('that is replaced while it is opened is the one that was there before', async () => {
    const source = copyOf('exchanged');
    const file = join(source, 'onnx/model.onnx');
    const { runtime, opened } = await watched();
    let exchanged = false;
    const exchanges: OnnxRuntime = {
      ...runtime,
      InferenceSession: {
        create: async (model, options) => {
          if (!exchanged) {
            const bytes = readFileSync(file);
            writeFileSync(`${file}.new`, bytes.map((byte, i) => (i > bytes.length / 2 ? byte ^ 1 : byte))); // prettier-ignore
            renameSync(`${file}.new`, file);
          }
          exchanged = true;
          return runtime.InferenceSession.create(model, options);
        },
      },
    };
    expect(await logitsOf(source, { runtime: exchanges })).toEqual(await logitsOf(exported, {}));
    expect(opened.map(({ folder: at }) => at?.startsWith(realpathSync(source)))).toEqual([true, false]);
  });

  test('of earlier days, whose weights begin anywhere, is copied as others are', async () => {
    const source = copyOf('earlier');
    const file = join(source, 'onnx/model.onnx');
    writeFileSync(file, Buffer.concat([Buffer.of(0x2a, 1, 0x20), readFileSync(file)])); // `model_version` before all of it
    const { runtime, opened } = await watched();
    expect(await logitsOf(source, { runtime })).toEqual(await logitsOf(exported, {}));
    expect(opened.map(({ folder: at }) => at?.startsWith(realpathSync(source)))).toEqual([false]);
  });
});

test('what is traced is mapped as well', async () => {
  const { runtime, opened } = await watched();
  const { model } = await openOnnx(saved, { runtime });
  await model.keptPositions({ ids: [2, 5, 9, 3] }, {});
  expect(opened.map(({ folder: at }) => at !== undefined)).toEqual([true, true]);
  await model.release();
});

test('an open model knows the bytes of its weights, by their precision', async () => {
  const bytes: (number | undefined)[] = [];
  for (const precision of ['fp32', 'fp16', 'int8'] as const) {
    const { model } = await openOnnx(saved, { precision });
    bytes.push(model.weightBytes);
    await model.release();
  }
  const [fp32 = 0, fp16 = 0, int8 = 0] = bytes;
  const file = statSync(join(saved, 'model.safetensors')).size;
  expect(fp32 / file).toBeCloseTo(1, 2);
  expect(fp16 / file).toBeCloseTo(0.5, 1);
  expect(int8 / file).toBeCloseTo(0.28, 1); // a scale for every row of 32 numbers
});

describe('where no file can be written', () => {
  const temporary = jest.spyOn(os, 'tmpdir');
  afterAll(() => temporary.mockRestore());

  test('a model is opened from memory, and answers the same', async () => {
    const expected = await logitsOf(saved, {});
    temporary.mockReturnValue(join(folder, 'nowhere'));
    const { runtime, opened } = await watched();
    expect(await logitsOf(saved, { runtime })).toEqual(expected);
    expect(opened).toMatchObject([{ folder: undefined }]);
  });

  test('and what is no model is refused as ever, with nothing left behind', async () => {
    temporary.mockReturnValue(join(folder, 'writable'));
    mkdirSync(join(folder, 'writable'));
    const { runtime, opened } = await watched();
    const refuses: OnnxRuntime = {
      ...runtime,
      InferenceSession: {
        create: async (model, options) => {
          const session = await runtime.InferenceSession.create(model, options);
          await session.release();
          throw new Error('no such operator');
        },
      },
    };
    await expect(openOnnx(saved, { runtime: refuses })).rejects.toMatchObject({
      code: 'FILE_INVALID',
      message: expect.stringContaining('no such operator'),
    });
    expect(opened.map(({ folder: at }) => at?.startsWith(join(folder, 'writable/')))).toEqual([true, undefined]);
    expect(readdirSync(join(folder, 'writable'))).toEqual([]);
  });
});

test('what a killed process left behind is removed, and nothing that may be in use', async () => {
  const parent = join(folder, 'left');
  const age = (name: string, minutes: number): string => {
    const at = new Date(Date.now() - minutes * 60_000);
    mkdirSync(join(parent, name), { recursive: true });
    writeFileSync(join(parent, name, 'weights'), 'x');
    utimesSync(join(parent, name), at, at);
    return name;
  };
  age('length-adaptive-weights-old', 20);
  const kept = [age('length-adaptive-weights-new', 5), age('other', 20)];
  const temporary = jest.spyOn(os, 'tmpdir').mockReturnValue(parent);
  await logitsOf(saved, {});
  temporary.mockRestore();
  expect(readdirSync(parent).sort()).toEqual(kept.sort());
});

test.each([
  ['a folder', saved],
  ['an exported folder', exported],
])('once a model of %s is open, no weight is kept in an array', async (_, source) => {
  await logitsOf(source, {}); // what is loaded once is loaded
  const before = process.memoryUsage().arrayBuffers;
  const { model } = await openOnnx(source, { threads: 1 });
  const after = (): number => process.memoryUsage().arrayBuffers - before;
  // Given back at once, but for a moment: no garbage is collected here.
  for (let i = 0; i < 50 && after() > 2 ** 22; i++) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(after()).toBeLessThan(2 ** 22);
  await model.release();
});
