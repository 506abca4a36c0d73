import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EncoderInput } from '@length-adaptive/core';
import type { TaskModel, TensorData } from '@length-adaptive/models';
import { createTaskModel, readSafetensors } from '@length-adaptive/models';

/** Reference numbers computed in float64 by PyTorch; see models/fixtures/golden/README.md. */
const folder = join(__dirname, '../../../models/fixtures/golden/bert');
const tensorsOf = (file: string): Map<string, TensorData> => new Map(readSafetensors(readFileSync(join(folder, file))).tensors);
const expected = tensorsOf('expected.safetensors');

const reference = (name: string): TensorData => {
  const tensor = expected.get(name);
  if (!tensor) throw new Error(`the golden file has no ${name}`);
  return tensor;
};

/** A reference tensor, flat. */
export const golden = (name: string): number[] => Array.from(reference(name).data);

/** A reference tensor as rows of its last dimension. */
export const goldenRows = (name: string): number[][] => {
  const { shape, data } = reference(name);
  const width = shape.at(-1) ?? 1;
  return Array.from({ length: data.length / width }, (_, row) => Array.from(data.slice(row * width, (row + 1) * width)));
};

/** The model that the numbers belong to. */
export const goldenModel = (): TaskModel =>
  createTaskModel(JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')), tensorsOf('model.safetensors'));

const typeIds = goldenRows('token_type_ids');

/** Three rows of 16 tokens. */
export const goldenInputs: readonly EncoderInput[] = goldenRows('input_ids').map((ids, row) => ({ ids, typeIds: typeIds[row] }));

/** The same, cut to 16, 11 and 7 tokens. */
export const goldenRagged: readonly EncoderInput[] = goldenRows('padded.attention_mask').map((mask, row) => {
  const real = mask.reduce((sum, slot) => sum + slot, 0);
  return { ids: goldenRows('padded.input_ids')[row]?.slice(0, real) ?? [], typeIds: typeIds[row]?.slice(0, real) };
});
