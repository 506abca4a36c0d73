import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { openModel, saveModel } from '../model/open-model.js';
import { readModelDirectory, readModelFiles, writeModelDirectory } from '../folder/model-directory.js';
import { load } from '../predictor/load.js';
import { readSafetensors } from './safetensors.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { tinyModel } from '../testing/tiny-model.js';

const root = temporaryFolder();
const at = (...path: readonly string[]): string => join(root, ...path);
const configOf = (name: string) => JSON.parse(readFileSync(at(name, 'config.json'), 'utf8')) as Record<string, unknown>;
const text = 'the phone case is good and it works';

beforeAll(async () => {
  await tf.setBackend('cpu');
  const opened = await tinyModel();
  await saveModel(at('float'), opened);
  await saveModel(at('int8'), opened, { dtype: 'I8' });
  opened.model.dispose();
});

const logitsOf = async (name: string): Promise<Float32Array> => {
  const { model, tokenizer } = await openModel(at(name));
  try {
    return await model.run([tokenizer.encode(text), tokenizer.encode('sad awful case')]);
  } finally {
    model.dispose();
  }
};

test('a folder of 8-bit integers answers as the one of floats does, within a hundredth', async () => {
  const [float, int8] = [await logitsOf('float'), await logitsOf('int8')];
  const differences = float.map((value, i) => Math.abs(value - (int8[i] ?? Number.NaN)));
  expect(Math.max(...differences)).toBeLessThan(0.01);
  expect(Math.max(...differences)).toBeGreaterThan(0);
  const predictor = await load(at('int8'));
  const [answer] = await predictor.predict([text]);
  expect(answer?.tokens).toBe(10);
  predictor.dispose();
});

test('every matrix is I8 with its scales beside it, and config.json says so in the words of compressed-tensors', () => {
  const { tensors } = readSafetensors(readFileSync(at('int8/model.safetensors')));
  const matrices = [...tensors].filter(([name, { shape }]) => shape.length === 2 && !name.endsWith('_scale'));
  expect(matrices).toHaveLength(3 + 6 * 3 + 2);
  for (const [name, { dtype, shape }] of matrices)
    expect([dtype, tensors.get(`${name}_scale`)?.shape]).toEqual(['I8', [shape[0], 1]]);
  expect(statSync(at('int8/model.safetensors')).size).toBeLessThan(0.4 * statSync(at('float/model.safetensors')).size);
  expect(configOf('int8')['quantization_config']).toEqual({
    quant_method: 'compressed-tensors',
    format: 'int-quantized',
    quantization_status: 'compressed',
    config_groups: {
      group_0: {
        targets: ['Linear', 'Embedding'],
        weights: { num_bits: 8, type: 'int', symmetric: true, strategy: 'channel', dynamic: false },
        input_activations: null,
        output_activations: null,
      },
    },
    ignore: [],
  });
});

test('what was read is not quantised: saved again it is a folder of floats, or the same integers', async () => {
  const opened = await readModelDirectory(at('int8'));
  expect(opened.config).not.toHaveProperty('quantization_config');
  expect([...opened.tensors.values()].every(({ dtype }) => dtype === 'F32')).toBe(true);
  await writeModelDirectory(at('again'), opened);
  expect(configOf('again')).not.toHaveProperty('quantization_config');
  expect(await readModelDirectory(at('again'))).toEqual(opened);
  await writeModelDirectory(at('again8'), opened, { dtype: 'I8' });
  expect(readFileSync(at('again8/config.json'))).toEqual(readFileSync(at('int8/config.json')));
  const { tensors } = await readModelDirectory(at('again8'));
  for (const [name, { data }] of opened.tensors) {
    const again = tensors.get(name)?.data ?? new Float32Array(0);
    expect(data.every((value, i) => Math.abs(value - (again[i] ?? Number.NaN)) <= 1e-6 * Math.abs(value))).toBe(true);
  }
  // A caller's own quantization_config does not survive weights of floats either.
  await writeModelDirectory(at('claimed'), {
    ...opened,
    config: { ...opened.config, quantization_config: { quant_method: 'other' } },
  });
  expect(configOf('claimed')).not.toHaveProperty('quantization_config');
});

describe('other kinds of quantisation', () => {
  const group = (weights: unknown) => ({
    quant_method: 'compressed-tensors',
    format: 'int-quantized',
    config_groups: { group_0: { targets: ['Linear'], weights } },
  });
  const channel = { num_bits: 8, type: 'int', symmetric: true, strategy: 'channel' };
  const withConfig = async (quantization: unknown): Promise<string> => {
    await writeModelDirectory(at('other'), await readModelDirectory(at('float')));
    writeFileSync(at('other/config.json'), JSON.stringify({ ...configOf('float'), quantization_config: quantization }));
    return at('other');
  };

  test.each<[string, unknown, RegExp]>([
    [
      'of other tools',
      { quant_method: 'bitsandbytes', load_in_8bit: true },
      /other\/config\.json: "quantization_config" has quant_method "bitsandbytes"/,
    ],
    ['packed', { ...group(channel), format: 'pack-quantized' }, /format "pack-quantized"/],
    ['of 4 bits', group({ ...channel, num_bits: 4 }), /weights of 4 bits of type "int"/],
    ['of floats', group({ ...channel, type: 'float' }), /weights of 8 bits of type "float"/],
    ['with a zero point', group({ ...channel, symmetric: false }), /not symmetric/],
    ['in groups', group({ ...channel, strategy: 'group', group_size: 128 }), /a scale by "group"/],
    ['without groups', { quant_method: 'compressed-tensors', format: 'int-quantized' }, /no config_groups/],
    ['with a broken group', { ...group(channel), config_groups: { group_0: 3 } }, /a group that is not an object/],
    ['that is a word', 'int8', /has "int8"/],
  ])('%s are refused', async (_, quantization, message) => {
    const folder = await withConfig(quantization);
    await expect(readModelDirectory(folder)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(message),
    });
    await expect(readModelFiles(folder)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  test('a null, and groups that quantise activations only, are none', async () => {
    for (const quantization of [null, group(null)])
      expect((await readModelDirectory(await withConfig(quantization))).tensors.size).toBeGreaterThan(0);
  });
});
