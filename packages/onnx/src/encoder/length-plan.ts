import type { LengthConfig } from '@length-adaptive/core';
import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { elementTypeNumber } from '../graph/protos.js';

/** Which lengths a graph runs at: a configuration given with every input, one that is built in, or the full length. */
export type GraphLengths = 'input' | 'full' | { readonly config: LengthConfig };

/** What one layer does to the rows of a batch. */
export interface LayerLengths {
  /** Whether any row loses a token here; 'always' where the file's own configuration says so. */
  readonly drops: Value | 'always' | 'never';
  /** Tokens that stay in each row: [B, 1] float32. */
  readonly counts: Value;
  /** The largest of them: [1] int64. */
  readonly width: Value;
  /** Whether rows differ: a scalar bool. */
  readonly ragged: Value;
}

/** Slack for ratios that came from a division or were rounded to single precision. */
const roundingSlack = 1e-4;

/** No layer keeps fewer tokens than this, or than the input has. */
const minTokens = 2;

/** The ratios as a value: the input `length_ratios`, or the configuration that is built in. */
const ratiosOf = (g: GraphBuilder, lengths: Exclude<GraphLengths, 'full'>, layers: number): Value => {
  if (lengths !== 'input') return g.constant('length_ratios', { type: 'float32', shape: [1, layers], data: Float32Array.from(lengths.config) });
  return g.input('length_ratios', 'float32', ['budgets', layers]);
};

/**
 * Plans how many tokens of each row leave each layer: `min(length, max(2, ceil(ratio * length)))` of its own length.
 *
 * @param mask 1 for real tokens, 0 for padding: [B, T] float32
 */
export const planLengths = (g: GraphBuilder, mask: Value, lengths: GraphLengths, layers: number): readonly LayerLengths[] | undefined => {
  if (lengths === 'full') return undefined;
  const ratios = ratiosOf(g, lengths, layers); // [B or 1, layers]
  const length = g.op('ReduceSum', [mask, g.int64([1])], { keepdims: 1 }); // [B, 1]
  const wanted = g.op('Ceil', [g.op('Sub', [g.op('Mul', [length, ratios]), g.float(roundingSlack)])]);
  const kept = g.op('Min', [g.op('Max', [wanted, g.float(minTokens)]), length]); // [B, layers]
  return planCounts(g, kept, length, lengths === 'input' ? undefined : lengths.config, layers);
};

/**
 * Plans the layers from the tokens that each keeps.
 *
 * @param kept [B, layers] float32
 * @param length tokens of each row at the start: [B, 1] float32
 * @param config the configuration when it is built in
 */
export const planCounts = (g: GraphBuilder, kept: Value, length: Value, config: LengthConfig | undefined, layers: number): readonly LayerLengths[] => {
  const before = layers === 1 ? length : g.op('Concat', [length, g.op('Slice', [kept, g.int64([0]), g.int64([layers - 1]), g.int64([1])])], { axis: 1 });
  const largest = (value: Value): Value => g.op('ReduceMax', [value], { axes: [0], keepdims: 0 }); // [B, layers] -> [layers]
  const dropping = g.op('Greater', [largest(g.op('Sub', [before, kept])), g.float(0)]);
  const widest = largest(kept);
  const ragged = g.op('Less', [g.op('ReduceMin', [kept], { axes: [0], keepdims: 0 }), widest]);
  const widths = g.op('Cast', [widest], { to: elementTypeNumber('int64') });
  return Array.from({ length: layers }, (_, layer) => ({
    drops: config === undefined ? g.op('Gather', [dropping, g.int64(layer)]) : (config[layer] ?? 1) < (config[layer - 1] ?? 1) ? 'always' : 'never',
    counts: g.op('Slice', [kept, g.int64([layer]), g.int64([layer + 1]), g.int64([1])]),
    width: g.op('Gather', [widths, g.int64([layer])]),
    ragged: g.op('Gather', [ragged, g.int64(layer)]),
  }));
};
