import * as tf from '@tensorflow/tfjs';
import type { Tensor2D } from '@tensorflow/tfjs';
import type { PaddedBatch } from './batch.js';
import { addAndNorm } from './dense.js';
import type { EmbeddingWeights } from './weights.js';

/** Word, position and segment embeddings, summed and normalised: token ids -> [B * T, hidden]. */
export const embed = (weights: EmbeddingWeights, batch: PaddedBatch, epsilon: number): Tensor2D => {
  const { rows, width } = batch;
  const lookUp = (table: Tensor2D, ids: Int32Array): Tensor2D => tf.gather(table, tf.tensor1d(ids, 'int32'));
  const positions = Int32Array.from({ length: rows * width }, (_, slot) => slot % width);

  const word = lookUp(weights.word, batch.ids);
  const position = lookUp(weights.position, positions);
  if (!weights.tokenType) return addAndNorm(word, position, weights.norm, epsilon);
  return addAndNorm(tf.add(word, position), lookUp(weights.tokenType, batch.typeIds), weights.norm, epsilon);
};
