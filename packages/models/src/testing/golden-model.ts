import type { EncodeOptions, EncoderInput, LengthConfig } from '@length-adaptive/core';
import { encode } from '@length-adaptive/core';
import * as tf from '@tensorflow/tfjs';
import type { TaskModel } from '../model/task-model.js';

/** Hidden states, [B, T, H] flattened; zero where a row is padded. */
export const hiddenOf = async (
  { encoder }: TaskModel,
  rows: readonly EncoderInput[],
  options: EncodeOptions = {},
): Promise<ArrayLike<number>> => {
  const { hidden } = encode(encoder, rows, options);
  const values = await hidden.data();
  hidden.dispose();
  return values;
};

/** What each layer keeps: where the kept tokens stood in the input, [B, K], and the significance of those that came in, [B, T] flattened. */
export interface GoldenLayer {
  readonly positions: readonly (readonly number[])[];
  readonly scores: ArrayLike<number>;
}

export const layersOf = async (
  { encoder }: TaskModel,
  rows: readonly EncoderInput[],
  config?: LengthConfig,
): Promise<GoldenLayer[]> => {
  const { hidden, trace } = encode(encoder, rows, { config, trace: true, wanted: 'survivors' });
  const layers: GoldenLayer[] = [];
  for (const { positions, scores } of trace)
    layers.push({ positions: await positions.array(), scores: await scores.data() });
  tf.dispose([hidden, ...trace.flatMap(({ positions, scores }) => [positions, scores])]);
  return layers;
};
