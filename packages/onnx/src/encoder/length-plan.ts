import type { KeepOptions, LengthConfig } from '@length-adaptive/core/lengths';
import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { elementTypeNumber } from '../graph/protos.js';
import { layersInput, lengthsInput } from '../read-file.js';

/** Which lengths a graph runs at: a configuration given with every input, one that is built in, or the full length. */
export type GraphLengths = 'input' | 'full' | { readonly config: LengthConfig; readonly floor?: number | undefined };

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
  /** Whether the layer runs at all, where that is an input of the graph. Absent: it does. */
  readonly choice?: LayerChoice | undefined;
}

/** A layer of which an input says whether it runs. */
export interface LayerChoice {
  /** A scalar bool. */
  readonly runs: Value;
  /** How many tokens of a row ask in it, or more, where the first alone is wanted: 1 in the last that runs. [1] int64 */
  readonly asking: Value | undefined;
}

/** `ceil(ratio * length)` for every layer, as numbers that may be too large or too small: [B, layers] float32. */
const wantedTokens = (
  g: GraphBuilder,
  length: Value,
  lengths: Exclude<GraphLengths, 'full'>,
  layers: number,
): Value => {
  const ceil = (lengthOf: Value, ratios: Value, slack: Value): Value =>
    g.op('Ceil', [g.op('Sub', [g.op('Mul', [lengthOf, ratios]), slack])]);
  // The slack is for ratios that came from a division; an input has single precision, and needs more of it.
  if (lengths === 'input') return ceil(length, g.input(lengthsInput, 'float32', ['budgets', layers]), g.float(1e-4));
  const float64 = (name: string, values: readonly number[]): Value =>
    g.constant(name, { type: 'float64', shape: [1, values.length], data: Float64Array.from(values) });
  const { config, floor = 0 } = lengths;
  const wide = g.op('Cast', [length], { to: elementTypeNumber('float64') });
  // floor + ratio * (length - floor) = ratio * length - (ratio - 1) * floor
  const slack = config.map((ratio) => 1e-6 + (ratio - 1) * floor);
  return g.op(
    'Cast',
    [ceil(wide, float64(lengthsInput, config), float64('length_slack', floor === 0 ? [1e-6] : slack))],
    { to: elementTypeNumber('float32') },
  );
};

export interface PlanOptions extends Omit<KeepOptions, 'floor'> {
  /** Which layers run, where that is an input, and layers halve: [layers] float32 */
  readonly chosen?: Value | undefined;
}

/**
 * Plans how many tokens of each row each layer keeps: `min(length, max(minTokens, ceil(ratio * length)))` of its own length.
 *
 * @param mask 1 for real tokens, 0 for padding: [B, T] float32
 */
export const planLengths = (
  g: GraphBuilder,
  mask: Value,
  lengths: GraphLengths,
  layers: number,
  { minTokens = 2, halving = [], running, chosen }: PlanOptions = {},
): readonly LayerLengths[] | undefined => {
  if (lengths === 'full') return undefined;
  const length = g.op('ReduceSum', [mask, g.int64([1])], { keepdims: 1 }); // [B, 1]
  if (halving.length > 0) {
    const halved = halvedPlan(g, length, lengths, layers, { minTokens, halving, running, chosen });
    const drops = lengths === 'input' ? wheneverNeeded(g, halved, length, layers) : afterHalving(lengths.config);
    return planCounts(g, halved, drops);
  }
  const kept = g.op('Min', [
    g.op('Max', [wantedTokens(g, length, lengths, layers), g.float(Math.max(minTokens, 1))]),
    length,
  ]); // [B, layers]
  return planCounts(g, kept, lengths === 'input' ? wheneverNeeded(g, kept, length, layers) : dropsOf(lengths.config));
};

/** The same where layers halve, whose own ratios say nothing. */
const afterHalving = (config: LengthConfig): LayerLengths['drops'][] =>
  config.map((ratio) => (ratio < 1 ? 'always' : 'never'));

/** For each layer, whether a configuration drops there at all. */
const dropsOf = (config: LengthConfig): LayerLengths['drops'][] =>
  config.map((ratio, layer) => (ratio < (config[layer - 1] ?? 1) ? 'always' : 'never'));

interface HalvingOptions extends Pick<KeepOptions, 'running'> {
  readonly minTokens: number;
  readonly halving: readonly number[];
  /** Which layers run, where that is an input: [layers] float32 */
  readonly chosen: Value | undefined;
}

/** Where layers halve: each ratio is of what those before have made of the input. [B, layers] float32 */
const halvedPlan = (
  g: GraphBuilder,
  length: Value,
  lengths: Exclude<GraphLengths, 'full'>,
  layers: number,
  { minTokens, halving, running, chosen }: HalvingOptions,
): Value => {
  const half = (tokens: Value): Value =>
    g.op('Where', [g.op('Greater', [tokens, g.float(2)]), g.op('Ceil', [g.op('Mul', [tokens, g.float(0.5)])]), tokens]);
  /** What a layer makes of what enters it, where it runs. */
  const through = (before: Value, make: (layer: number, entering: Value) => Value): Value => {
    let entering = before;
    const all = Array.from({ length: layers }, (_, layer) => {
      if (running?.includes(layer) === false) return entering;
      const left = make(layer, entering);
      if (chosen === undefined || left === entering) return (entering = left);
      const runs = g.op('Greater', [g.op('Gather', [chosen, g.int64(layer)]), g.float(0)]);
      return (entering = g.op('Where', [runs, left, entering]));
    });
    return g.op('Concat', all, { axis: 1 });
  };
  const whole = through(length, (layer, entering) => (halving.includes(layer) ? half(entering) : entering));
  const wanted = g.op('Min', [
    g.op('Max', [wantedTokens(g, whole, lengths, layers), g.float(Math.max(minTokens, 1))]),
    whole,
  ]);
  return through(length, (layer, entering) => {
    if (halving.includes(layer)) return half(entering);
    const own = g.op('Slice', [wanted, g.int64([layer]), g.int64([layer + 1]), g.int64([1])]);
    return g.op('Min', [entering, own]);
  });
};

/** For each layer, whether any row of the batch loses a token. */
const wheneverNeeded = (g: GraphBuilder, kept: Value, length: Value, layers: number): Value[] => {
  const before =
    layers === 1
      ? length
      : g.op('Concat', [length, g.op('Slice', [kept, g.int64([0]), g.int64([layers - 1]), g.int64([1])])], { axis: 1 });
  const dropping = g.op('Greater', [overRows(g, 'ReduceMax', g.op('Sub', [before, kept])), g.float(0)]);
  return Array.from({ length: layers }, (_, layer) => g.op('Gather', [dropping, g.int64(layer)]));
};

/** [B, layers] -> [layers] */
const overRows = (g: GraphBuilder, reduction: 'ReduceMax' | 'ReduceMin', value: Value): Value =>
  g.op(reduction, [value], { axes: [0], keepdims: 0 });

/**
 * Plans the layers from the tokens that each keeps.
 *
 * @param kept [B, layers] float32
 * @param drops what to do in each layer
 */
export const planCounts = (
  g: GraphBuilder,
  kept: Value,
  drops: readonly LayerLengths['drops'][],
): readonly LayerLengths[] => {
  const widest = overRows(g, 'ReduceMax', kept);
  const ragged = g.op('Less', [overRows(g, 'ReduceMin', kept), widest]);
  const widths = g.op('Cast', [widest], { to: elementTypeNumber('int64') });
  return drops.map((dropping, layer) => ({
    drops: dropping,
    counts: g.op('Slice', [kept, g.int64([layer]), g.int64([layer + 1]), g.int64([1])]),
    width: g.op('Gather', [widths, g.int64([layer])]),
    ragged: g.op('Gather', [ragged, g.int64(layer)]),
  }));
};

/** More tokens than a row has. */
const everyToken = 2 ** 31;

/**
 * A plan in which the input `running_layers`, [layers] float32, says of each layer whether it runs: above 0 it does. A layer that does not lets no
 * token leave, whatever its lengths are.
 *
 * @param firstAlone whether the last layer that runs computes the first token alone, so that nobody leaves there
 */
export const chooseLayers = (
  g: GraphBuilder,
  plan: readonly LayerLengths[],
  {
    firstAlone,
    chosen: running = g.input(layersInput, 'float32', [plan.length]),
  }: { readonly firstAlone: boolean; readonly chosen?: Value | undefined },
): readonly LayerLengths[] => {
  const runs = g.op('Greater', [running, g.float(0)]);
  const after = g.op('CumSum', [g.op('Cast', [runs], { to: elementTypeNumber('int64') }), g.int64(0)], {
    exclusive: 1,
    reverse: 1,
  }); // layers that run later: [layers]
  const areMore = g.op('Greater', [after, g.int64(0)]);
  const askingAll = g.op('Where', [areMore, g.int64(everyToken), g.int64(1)]); // [layers]
  return plan.map((step, layer) => {
    const more = firstAlone ? g.op('Gather', [areMore, g.int64(layer)]) : undefined;
    const isLast = layer === plan.length - 1; // nothing to choose: it computes the first token alone
    return {
      ...step,
      drops:
        more && !isLast && step.drops !== 'never' && step.drops !== 'always'
          ? g.op('And', [step.drops, more])
          : step.drops,
      choice: {
        runs: g.op('Gather', [runs, g.int64(layer)]),
        asking: more && !isLast ? g.op('Gather', [askingAll, g.int64([layer])]) : undefined,
      },
    };
  });
};
