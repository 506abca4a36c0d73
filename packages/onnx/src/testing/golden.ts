import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EncoderInput } from '@length-adaptive/core';
import type { ModelConfig, Task, TaskModel, TensorData } from '@length-adaptive/models';
import { createTaskModel, readSafetensors } from '@length-adaptive/models';

/** Families of encoders with reference numbers. */
export const goldenFamilies = [
  'bert',
  'distilbert',
  'roberta',
  'mpnet',
  'electra',
  'albert',
  'modernbert',
  'deberta-v2',
  'funnel',
  'funnel_decoder',
  'nomic_bert',
  'new',
  'mobilebert',
  'clip_text_model',
] as const;

export type GoldenFamily = (typeof goldenFamilies)[number];

/** Reference numbers computed in float64 by PyTorch (see models/fixtures/golden/README.md), with the model and the inputs that they belong to. */
export interface Golden {
  /** Whether there is a reference of a name. */
  has(name: string): boolean;
  /** A reference tensor, flat. */
  numbers(name: string): number[];
  /** A reference tensor as rows of its last dimension. */
  rows(name: string): number[][];
  /** Three rows of 16 tokens. */
  readonly inputs: readonly EncoderInput[];
  /** The same, cut to 16, 11 and 7 tokens. */
  readonly ragged: readonly EncoderInput[];
  /** Its config.json and weights. */
  files(): { readonly config: ModelConfig; readonly weights: ReadonlyMap<string, TensorData> };
  /** @param task of the head; default: the classifier of the checkpoint */
  model(task?: Task): TaskModel;
}

/** Opens the reference numbers of a family. */
export const openGolden = (family: GoldenFamily): Golden => {
  const folder = join(__dirname, '../../../models/fixtures/golden', family);
  const tensorsOf = (file: string): Map<string, TensorData> =>
    new Map(readSafetensors(readFileSync(join(folder, file))).tensors);
  const expected = tensorsOf('expected.safetensors');
  const reference = (name: string): TensorData => {
    const tensor = expected.get(name);
    if (!tensor) throw new Error(`the golden file of ${family} has no ${name}`);
    return tensor;
  };
  const rows = (name: string): number[][] => {
    const { shape, data } = reference(name);
    const width = shape.at(-1) ?? 1;
    return Array.from({ length: data.length / width }, (_, row) =>
      Array.from(data.slice(row * width, (row + 1) * width)),
    );
  };
  const typeIds = expected.has('token_type_ids') ? rows('token_type_ids') : undefined;
  const files = () => ({
    config: JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as ModelConfig,
    weights: tensorsOf('model.safetensors'),
  });
  return {
    has: (name) => expected.has(name),
    numbers: (name) => Array.from(reference(name).data),
    rows,
    inputs: rows('input_ids').map((ids, row) => ({ ids, typeIds: typeIds?.[row] })),
    ragged: rows('padded.attention_mask').map((mask, row) => {
      const real = mask.reduce((sum, slot) => sum + slot, 0);
      return { ids: rows('padded.input_ids')[row]?.slice(0, real) ?? [], typeIds: typeIds?.[row]?.slice(0, real) };
    }),
    files,
    model: (task) => {
      const { config, weights } = files();
      return createTaskModel(config, weights, { task });
    },
  };
};
