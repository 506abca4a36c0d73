import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { encode } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import * as tf from '@tensorflow/tfjs';
import type { TensorData } from '../safetensors.js';
import { readSafetensors } from '../safetensors.js';
import { createTaskModel } from '../task-model.js';

/** Reference numbers of every family that has some; see fixtures/golden/README.md. */
const golden = path.join(__dirname, '../../fixtures/golden');
const families = readdirSync(golden, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);

const rowsOf = (tensor: TensorData | undefined): number[][] => {
  const [rows = 0, width = 0] = tensor?.shape ?? [];
  return Array.from({ length: rows }, (_, row) => Array.from(tensor?.data.subarray(row * width, (row + 1) * width) ?? []));
};

/** Largest absolute difference of a family's last hidden states from its reference. */
const differenceOf = async (family: string): Promise<number> => {
  const tensorsOf = (file: string) => readSafetensors(readFileSync(path.join(golden, family, file))).tensors;
  const expected = tensorsOf('expected.safetensors');
  const config = JSON.parse(readFileSync(path.join(golden, family, 'config.json'), 'utf8')) as Record<string, unknown>;
  const typeIds = expected.has('token_type_ids') ? rowsOf(expected.get('token_type_ids')) : [];
  const inputs = rowsOf(expected.get('input_ids')).map((ids, row) => ({ ids, typeIds: typeIds[row] }));
  const wanted = expected.get('soft_extract.last_hidden_state')?.data ?? [];

  const model = createTaskModel(config, tensorsOf('model.safetensors'));
  const retention = tf.tensor2d(rowsOf(expected.get('soft_extract.retention')));
  const { hidden } = encode(model.encoder, inputs, { softExtract: { retention } });
  const values = (await hidden.data()) as Float32Array;
  tf.dispose([hidden, retention]);
  model.dispose();
  expect(values.length).toBe(wanted.length);
  return values.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (wanted[i] as number))), 0); // NaN stays NaN
};

describe.each([
  { backend: 'cpu', tolerance: 1e-4 },
  { backend: 'wasm', tolerance: 1e-3 },
])('soft-extract against the golden numbers on $backend', ({ backend, tolerance }) => {
  beforeAll(async () => {
    tf.env().set('IS_TEST', true);
    await (backend === 'wasm' ? useWasm() : tf.setBackend(backend));
  });

  test.each(families)('%s', async (family) => {
    expect(await differenceOf(family)).toBeLessThan(tolerance);
  });
});
