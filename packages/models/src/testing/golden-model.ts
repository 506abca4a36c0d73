import type { EncodeOptions, EncoderInput, LengthConfig } from '@length-adaptive/core';
import { encode } from '@length-adaptive/core';
import { entryOrder } from '@length-adaptive/core/encoder';
import * as tf from '@tensorflow/tfjs';
import type { TaskModel } from '../model/task-model.js';

/** Hidden states, [B, T, H] flattened, of encoders that make one of several tokens, without a decoder, [B, K, H] of those that are left; zero where a row is padded. */
export const hiddenOf = async (
  { encoder }: TaskModel,
  rows: readonly EncoderInput[],
  options: EncodeOptions = {},
): Promise<ArrayLike<number>> => {
  const halves = !encoder.decoder && encoder.blocks.some((block) => block.halves);
  const { hidden } = encode(encoder, rows, { ...options, ...(halves && { wanted: 'survivors' }) });
  const values = await hidden.data();
  hidden.dispose();
  return values;
};

/** What each layer keeps: where the kept tokens stood in the input, [B, K], and the significance of those that came in, [B, T] flattened. */
export interface GoldenLayer {
  readonly positions: readonly (readonly number[])[];
  readonly scores: ArrayLike<number>;
}

/** The first `count` of a row's numbers in the order of their tokens' positions, then the others. */
const inOrder = (row: readonly number[], positions: readonly number[], count: number): number[] => [
  ...row
    .slice(0, count)
    .map((value, slot) => ({ value, position: positions[slot] as number }))
    .sort((a, b) => a.position - b.position)
    .map(({ value }) => value),
  ...row.slice(count),
];

/** Every layer that runs, its tokens in the order of the input. */
export const layersOf = async (
  { encoder }: TaskModel,
  rows: readonly EncoderInput[],
  config?: LengthConfig,
): Promise<GoldenLayer[]> => {
  const { hidden, trace } = encode(encoder, rows, { config, trace: true, wanted: 'survivors' });
  const layers: GoldenLayer[] = [];
  let entering = rows.map(({ ids }) => entryOrder(ids, encoder.embeddings.summary));
  for (const { positions, scores, counts } of trace) {
    const left = await positions.array();
    const given = await scores.array();
    layers.push({
      positions: left.map((row, at) => inOrder(row, row, counts[at] ?? 0)),
      scores: given.flatMap((row, at) => inOrder(row, entering[at] ?? [], entering[at]?.length ?? 0)),
    });
    entering = left.map((row, at) => row.slice(0, counts[at]));
  }
  tf.dispose([hidden, ...trace.flatMap(({ positions, scores }) => [positions, scores])]);
  return layers;
};
