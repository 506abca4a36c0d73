import type { KeepOptions, LengthConfig } from '@length-adaptive/core/lengths';
import { keptTokens } from '@length-adaptive/core/lengths';
import { scoresByToken } from '@length-adaptive/models/engine';
import type { ScoredLayer } from '@length-adaptive/models/engine';
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

/** What ranked the tokens of one input in each layer, by token, from the outputs `token_scores.LAYER`; undefined for a graph without. */
export const tokenScoresOf = (
  outputs: Readonly<Record<string, RuntimeTensor>>,
  layers: number,
  tokens: number,
): number[][] | undefined => {
  const found: ScoredLayer[] = [];
  for (let layer = 0; layer < layers; layer++) {
    const scores = outputs[`token_scores.${layer}`]?.data as Float32Array | undefined;
    const positions = outputs[`kept_positions.${layer}`]?.data as BigInt64Array | undefined;
    if (!scores || !positions) return undefined;
    found.push({ scores, positions: Array.from(positions, Number) });
  }
  return scoresByToken(found, tokens);
};
