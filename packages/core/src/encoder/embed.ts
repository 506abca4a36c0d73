import type { EncoderOps } from './encoder-ops.js';
import type { EngineTypes } from './engine-types.js';
import type { EmbeddingWeights, WeightTree } from './weights.js';

/** The rows of the words of a batch, as wide as what is added to them. */
const wordsOf = <E extends EngineTypes>(
  ops: EncoderOps<E>,
  { word, words }: WeightTree<EmbeddingWeights, E['weight']>,
): E['states'] => {
  const rows = ops.rows(word, 'ids');
  if (words === undefined) return rows;
  return ops.dense(words.neighbours ? ops.neighbours(rows) : rows, words.map);
};

/** Word, position and segment embeddings, as far as there are such, summed and normalised; patches in the place of words where images are read. */
export const embed = <E extends EngineTypes>(
  ops: EncoderOps<E>,
  weights: WeightTree<EmbeddingWeights, E['weight']>,
  epsilon: number,
): E['states'] => {
  const { word, patches, position, firstPosition, tokenType, norm, projection } = weights;
  const atOnce = patches === undefined ? ops.blocks?.embed(weights, epsilon) : undefined;
  if (atOnce !== undefined) return projection === undefined ? atOnce : ops.dense(atOnce, projection);
  const positions = position === undefined ? undefined : ops.rows(position, 'positions', firstPosition);
  const words = patches === undefined ? wordsOf(ops, weights) : ops.patches(word, patches);
  const sum = positions !== undefined && tokenType !== undefined ? ops.add(words, positions) : words;
  const residual = tokenType === undefined ? positions : ops.rows(tokenType, 'types');
  const at = { epsilon, place: 'embeddings' };
  const plain = (): E['states'] => (residual === undefined ? sum : ops.add(sum, residual));
  const normal = norm === undefined ? plain() : ops.norm(sum, norm, residual === undefined ? at : { ...at, residual });
  const embedded = ops.dropout(normal, 'embeddings', 'hidden');
  return projection === undefined ? embedded : ops.dense(embedded, projection);
};
