import type { KeepOptions, LengthConfig } from '@length-adaptive/core/lengths';
import { keptTokens } from '@length-adaptive/core/lengths';
import type { RuntimeTensor } from './runtime.js';

/** Positions of the tokens of one input that left each layer, ascending, from the outputs `kept_positions.LAYER` of a graph. */
export const keptPositionsOf = (
  outputs: Readonly<Record<string, RuntimeTensor>>,
  lengthConfig: LengthConfig,
  tokens: number,
  keep: KeepOptions = {},
): number[][] =>
  keptTokens(lengthConfig, tokens, keep).map((count, layer) => {
    const positions = outputs[`kept_positions.${layer}`]?.data as BigInt64Array | undefined;
    if (!positions) return Array.from({ length: count }, (_, position) => position); // built for the full length
    return Array.from(positions.subarray(0, count), Number).sort((a, b) => a - b);
  });

/**
 * For each layer and each token of one input the position of what it has become, from the outputs `merged_into.LAYER` of a graph; undefined where
 * tokens do not merge.
 */
export const mergedIntoOf = (
  outputs: Readonly<Record<string, RuntimeTensor>>,
  layers: number,
  tokens: number,
): number[][] | undefined => {
  const found = Array.from({ length: layers }, (_, layer) => outputs[`merged_into.${layer}`]?.data as BigInt64Array);
  return found.every((data) => data === undefined)
    ? undefined
    : found.map((data) => Array.from(data.subarray(0, tokens), Number));
};
