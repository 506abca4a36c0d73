import type { KeepOptions, LengthConfig } from '@length-adaptive/core/lengths';
import { keptTokens } from '@length-adaptive/core/lengths';
import type { RuntimeTensor } from './runtime.js';

/** Positions of the tokens of one input that left each layer, ascending, from the outputs `kept_positions.LAYER` of a graph. */
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
