import type { EncoderInput } from '@length-adaptive/core';
import type { ModelConfig } from '../architectures/model-config.js';
import { readSafetensors } from '../weights/safetensors.js';
import type { TensorData } from '../weights/safetensors.js';

/** The families that have reference numbers: folders of fixtures/golden, whose README says what is in them. */
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
  'vit',
  'deit',
  'clip',
  'clip_text_model',
] as const;

export type GoldenFamily = (typeof goldenFamilies)[number];

/** Reference numbers of a family, computed in float64 by PyTorch, and the model they belong to. */
export interface GoldenFiles {
  readonly config: ModelConfig;
  readonly weights: ReadonlyMap<string, TensorData>;
  readonly expected: ReadonlyMap<string, TensorData>;
  /** Of the reducers that merge, on BERT's weights. */
  readonly merging: ReadonlyMap<string, TensorData>;
}

/**
 * Reads the files of a family.
 *
 * @param read gives the bytes of a file of fixtures/golden: from the disk, or from the server of a page
 */
export const readGoldenFiles = async (
  family: GoldenFamily,
  read: (file: string) => Promise<Uint8Array>,
): Promise<GoldenFiles> => {
  const [config, weights, expected, merging] = await Promise.all(
    [
      `${family}/config.json`,
      `${family}/model.safetensors`,
      `${family}/expected.safetensors`,
      'merging/expected.safetensors',
    ].map(read),
  );
  return {
    config: JSON.parse(new TextDecoder().decode(config)) as ModelConfig,
    weights: readSafetensors(weights ?? new Uint8Array()).tensors,
    expected: readSafetensors(expected ?? new Uint8Array()).tensors,
    merging: readSafetensors(merging ?? new Uint8Array()).tensors,
  };
};

/** A reference by its name. */
export const referenceOf = ({ expected }: GoldenFiles, name: string): TensorData => {
  const tensor = expected.get(name);
  if (!tensor) throw new Error(`the golden file has no ${name}`);
  return tensor;
};

/** The rows of a reference: all but its last dimension are flattened. */
export const rowsOf = (files: GoldenFiles, name: string): number[][] => {
  const { shape, data } = referenceOf(files, name);
  const width = shape.at(-1) ?? 1;
  return Array.from({ length: data.length / width }, (_, row) =>
    Array.from(data.slice(row * width, (row + 1) * width)),
  );
};

/** The two batches that the references were computed on. */
export interface GoldenBatches {
  /** Three rows of 16 tokens, or images. */
  readonly equal: readonly EncoderInput[];
  /** The same rows, cut to 16, 11 and 7 tokens. */
  readonly padded: readonly EncoderInput[];
}

/** Images, [rows, channels, height, width], each as long an input as always. */
const imagesOf = (files: GoldenFiles): EncoderInput[] => {
  const { shape, data } = referenceOf(files, 'pixel_values');
  const [rows = 0, ...more] = shape;
  const size = more.reduce((product, side) => product * side, 1);
  const tokens = referenceOf(files, 'full.last_hidden_state').shape[1] ?? 0;
  return Array.from({ length: rows }, (_, row) => ({
    ids: new Int32Array(tokens),
    pixels: Float32Array.from(data.slice(row * size, (row + 1) * size)),
  }));
};

/** Nothing is padded where images are read. */
export const batchesOf = (files: GoldenFiles): GoldenBatches => {
  if (files.expected.has('pixel_values')) return { equal: imagesOf(files), padded: [] };
  const types = files.expected.has('token_type_ids') ? rowsOf(files, 'token_type_ids') : [];
  const mask = rowsOf(files, 'padded.attention_mask');
  return {
    equal: rowsOf(files, 'input_ids').map((ids, row) => ({ ids, typeIds: types[row] })),
    padded: rowsOf(files, 'padded.input_ids').map((ids, row) => {
      const real = (mask[row] ?? []).reduce((sum, slot) => sum + slot, 0);
      return { ids: ids.slice(0, real), typeIds: types[row]?.slice(0, real) };
    }),
  };
};
