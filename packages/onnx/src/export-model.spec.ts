import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TextModel } from '@length-adaptive/models';
import { useWasm } from '@length-adaptive/core/wasm';
import * as tf from '@tensorflow/tfjs';
import type { ExportedFile } from './export-model.js';
import { exportGraph, graphBytes, hostModel } from './export-graph.js';
import { exportModel } from './export-model.js';
import { readOnnxFile } from './read-file.js';
import { temporaryFolder } from './testing/temporary-folder.js';
import { tinyTextModel } from './testing/tiny-model.js';

const folder = temporaryFolder();
let text: TextModel;

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
  text = tinyTextModel();
});
afterAll(() => text.model.dispose());

describe('an exported folder', () => {
  const to = join(folder, 'model');
  let files: ExportedFile[];
  const reported: ExportedFile[] = [];
  beforeAll(async () => {
    files = await exportModel(to, text, {
      precisions: ['fp32', 'fp16', 'int8'],
      onFile: (file) => reported.push(file),
    });
  });

  test('holds what other tools look for', () => {
    expect(readdirSync(to).sort()).toEqual([
      'config.json',
      'length_adaptive.json',
      'onnx',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    expect(readdirSync(join(to, 'onnx')).sort()).toEqual(['model.onnx', 'model_fp16.onnx', 'model_quantized.onnx']);
    expect(JSON.parse(readFileSync(join(to, 'config.json'), 'utf8'))).toEqual(text.model.config);
  });

  test('every file was verified before it was written, and reported', () => {
    expect(reported).toEqual(files);
    expect(files.map(({ precision }) => precision)).toEqual(['fp32', 'fp16', 'int8']);
    for (const { path, precision, bytes, verification } of files) {
      expect(statSync(join(to, path)).size).toBe(bytes);
      expect(verification).toMatchObject({ passed: true, inputs: precision === 'int8' ? 31 : 8 });
    }
  });

  test('the same model gives the same bytes', async () => {
    await exportModel(join(folder, 'again'), text, { precisions: ['fp32'], verify: false });
    expect(readFileSync(join(folder, 'again/onnx/model.onnx')).equals(readFileSync(join(to, 'onnx/model.onnx')))).toBe(
      true,
    );
  });
});

describe('exporting', () => {
  test('with a configuration built in verifies at that one', async () => {
    const point = { lengths: [0.7, 0.5, 0.5] };
    const [file] = await exportModel(join(folder, 'fixed'), text, { precisions: ['fp32'], point });
    expect(file?.verification?.points.map((found) => found.point)).toEqual([point]);
    expect(readOnnxFile(readFileSync(join(folder, 'fixed/onnx/model.onnx'))).builtIn).toEqual(point);
  });

  test('without verification says nothing of one', async () => {
    const [file] = await exportModel(join(folder, 'unverified'), text, { precisions: ['int8'], verify: false });
    expect(file).toEqual({ path: 'onnx/model_quantized.onnx', precision: 'int8', bytes: expect.any(Number) });
  });

  test('leaves nothing behind when a file is too far off, not even those before it', async () => {
    const to = join(folder, 'failed');
    const before = readdirSync(folder);
    const options = { precisions: ['fp32', 'fp16'], tolerance: 1e-5 } as const;
    await expect(exportModel(to, text, options)).rejects.toMatchObject({
      name: 'OnnxError',
      code: 'VERIFICATION_FAILED',
      message: expect.stringMatching(/model_fp16\.onnx.*at most 0\.00001/),
    });
    expect(readdirSync(folder)).toEqual(before);
  });

  test('into a folder that is there: a failure leaves it as it was, success leaves its other files', async () => {
    const to = join(folder, 'there');
    await exportModel(to, text, { precisions: ['fp32'], verify: false });
    writeFileSync(join(to, 'notes.txt'), 'mine');
    writeFileSync(join(to, 'onnx/model.onnx'), 'old');
    const state = () => [
      readdirSync(to).sort(),
      readdirSync(join(to, 'onnx')),
      readFileSync(join(to, 'onnx/model.onnx')).length,
    ];
    const before = state();
    await expect(exportModel(to, text, { precisions: ['fp32', 'fp16'], tolerance: 1e-5 })).rejects.toMatchObject({
      code: 'VERIFICATION_FAILED',
    });
    await expect(exportModel(to, text, { precisions: ['fp32'], signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ABORTED',
    });
    expect(state()).toEqual(before);
    const [file] = await exportModel(to, text, { precisions: ['fp32'] });
    expect([readFileSync(join(to, 'notes.txt'), 'utf8'), statSync(join(to, 'onnx/model.onnx')).size]).toEqual([
      'mine',
      file?.bytes,
    ]);
  });

  test('over the export of a model that was searched leaves none of its points', async () => {
    const to = join(folder, 'searched');
    const paretoSet = [{ point: { lengths: [0.5, 0.5, 0.5] }, score: 1, cost: 0.5 }];
    const options = { precisions: ['fp32'], verify: false } as const;
    await exportModel(to, { ...text, lengthAdaptive: { format: 'length-adaptive', version: 2, paretoSet } }, options);
    expect(readdirSync(to)).toContain('length_adaptive.json');
    await exportModel(to, { ...text, lengthAdaptive: undefined }, options);
    expect(readdirSync(to)).not.toContain('length_adaptive.json');
  });

  test('refuses a file that no runtime opens before anything is written, and names the precisions that fit', async () => {
    const to = join(folder, 'large');
    const { model } = text;
    const shape = [20_000_000, 32]; // 2.56 GB as fp32; there are no numbers in it
    const large = { dataId: {}, shape, data: () => Promise.resolve(new Float32Array(0)) } as unknown as tf.Tensor2D;
    const embeddings = { ...model.encoder.embeddings, word: large };
    const own = { ...text, model: { ...model, encoder: { ...model.encoder, embeddings } } };
    await expect(exportModel(to, own, { verify: false })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringMatching(
        /model\.onnx would have 2\.56 GB, .* at most 2\.15 GB .*: fp16, int8 \(on the command line --precision fp16,int8\)/,
      ),
    });
    expect(existsSync(to)).toBe(false);
  });

  test('the bytes of a file are known before it is made', async () => {
    const host = await hostModel(text.model);
    for (const precision of ['fp32', 'fp16', 'int8'] as const)
      expect(graphBytes(host, { precision })).toBe(exportGraph(host, { precision }).length);
  });

  test('to where nothing can be written is an error that says so', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await expect(exportModel(file, text, { precisions: ['fp32'], verify: false })).rejects.toMatchObject({
      name: 'ModelError',
      code: 'NOT_WRITABLE',
    });
  });

  test('refuses a configuration for another number of layers before anything is written', async () => {
    const to = join(folder, 'wrong');
    await expect(exportModel(to, text, { point: { lengths: [0.5, 0.5] } })).rejects.toMatchObject({
      code: 'LENGTH_CONFIG_INVALID',
    });
    expect(existsSync(to)).toBe(false);
  });
});
