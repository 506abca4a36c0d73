import type { KeepOptions, LengthConfig } from '@length-adaptive/core/lengths';
import { keptTokens } from '@length-adaptive/core/lengths';
import { scoresByToken } from '@length-adaptive/models/engine';
import type { ScoredLayer } from '@length-adaptive/models/engine';
import type { RuntimeTensor } from './runtime.js';

/** Positions of the tokens of one input that each layer kept, ascending, from the outputs `kept_positions.LAYER` of a graph. */
export const keptPositionsOf = (
  outputs: Readonly<Record<string, RuntimeTensor>>,
  lengthConfig: LengthConfig,
  tokens: number,
  keep: KeepOptions = {},
): number[][] => {
  let before = Array.from({ length: tokens }, (_, position) => position); // what enters the first layer
  return keptTokens(lengthConfig, tokens, keep).map((count, layer) => {
    const positions = outputs[`kept_positions.${layer}`]?.data as BigInt64Array | undefined;
    // A file has no such output of layers where nobody leaves: it was built for the full length, or without the layer.
    if (positions) before = Array.from(positions.subarray(0, count), Number).sort((a, b) => a - b);
    return before;
  });
};

/**
 * For each layer and each token of one input the position of what it has become, from the outputs `merged_into.LAYER` of a graph; undefined where
 * tokens do not merge.
 */
export const mergedIntoOf = (
  outputs: Readonly<Record<string, RuntimeTensor>>,
  layers: number,
  tokens: number,
): number[][] | undefined => {
  const found = Array.from(
    { length: layers },
    (_, layer) => outputs[`merged_into.${layer}`]?.data as BigInt64Array | undefined,
  );
  if (found.every((data) => data === undefined)) return undefined;
  let before = Array.from({ length: tokens }, (_, position) => position); // nothing has merged
  return found.map((data) => (before = data ? Array.from(data.subarray(0, tokens), Number) : before));
};

/**
 * What ranked the tokens of one input in each layer, by token, from the outputs `token_scores.LAYER`; undefined for a graph without.
 *
 * @param order positions of the tokens as they enter the first layer
 */
export const tokenScoresOf = (
  outputs: Readonly<Record<string, RuntimeTensor>>,
  layers: number,
  order: readonly number[],
): number[][] | undefined => {
  const found = Array.from({ length: layers }, (_, layer): ScoredLayer | undefined => {
    const scores = outputs[`token_scores.${layer}`]?.data as Float32Array | undefined;
    const positions = outputs[`kept_positions.${layer}`]?.data as BigInt64Array | undefined;
    return scores && positions && { scores, positions: Array.from(positions, Number) };
  });
  return found.some((layer) => layer !== undefined) ? scoresByToken(found, order.length, order) : undefined;
};
