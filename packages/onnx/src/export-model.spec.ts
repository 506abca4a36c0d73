import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TextModel } from '@length-adaptive/models';
import { useWasm } from '@length-adaptive/core/wasm';
import * as tf from '@tensorflow/tfjs';
import type { ExportedFile } from './export-model.js';
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
    for (const { path, bytes, verification } of files) {
      expect(statSync(join(to, path)).size).toBe(bytes);
      expect(verification).toMatchObject({ passed: true, inputs: 8 });
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
    const lengthConfig = [0.7, 0.5, 0.5];
    const [file] = await exportModel(join(folder, 'fixed'), text, { precisions: ['fp32'], lengthConfig });
    expect(file?.verification?.configs.map((config) => config.lengthConfig)).toEqual([lengthConfig]);
    expect(readOnnxFile(readFileSync(join(folder, 'fixed/onnx/model.onnx'))).builtIn).toEqual(lengthConfig);
  });

  test('without verification says nothing of one', async () => {
    const [file] = await exportModel(join(folder, 'unverified'), text, { precisions: ['int8'], verify: false });
    expect(file).toEqual({ path: 'onnx/model_quantized.onnx', precision: 'int8', bytes: expect.any(Number) });
  });

  test('leaves nothing behind when a file is too far off', async () => {
    const to = join(folder, 'failed');
    const options = { precisions: ['fp16'], tolerance: 0 } as const;
    await expect(exportModel(to, text, options)).rejects.toMatchObject({
      name: 'OnnxError',
      code: 'VERIFICATION_FAILED',
      message: expect.stringMatching(/model_fp16\.onnx.*at most 0/),
    });
    expect(existsSync(to)).toBe(false);
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
    await expect(exportModel(to, text, { lengthConfig: [0.5, 0.5] })).rejects.toMatchObject({
      code: 'LENGTH_CONFIG_INVALID',
    });
    expect(existsSync(to)).toBe(false);
  });
});
