import type { OperatingPoint } from '@length-adaptive/core';
import { relativePointCost, relativePointCosts } from '@length-adaptive/core';
import { ModelError } from '../errors.js';
import type { ParetoPoint } from '../folder/length-adaptive-file.js';
import type { LatencyModel } from '../latency/latency-model.js';
import { withoutOwnReducer } from '../folder/check-point.js';
import { countLengths, sumOverCounts } from '../metrics/sum-over-lengths.js';
import { costOptionsOf } from '../model/head-cost.js';
import type { RunnableModel } from '../model/runnable-model.js';

/** What the cost of an operating point is reckoned in. */
export type CostObjective = 'macs' | 'latency';

/** Share of the full model's MACs that an operating point spends on inputs of the given lengths. */
export const macsShare = (model: RunnableModel, point: OperatingPoint, lengths: readonly number[]): number =>
  relativePointCost(
    model.dimensions,
    withoutOwnReducer(point, model),
    lengths,
    costOptionsOf(model.dimensions, model.task.readout),
  );

/**
 * The same share, of point after point: a point that comes again as the same object is known. A search asks for that of thousands of points
 * that it never scores.
 */
export const macsShares = (model: RunnableModel, lengths: readonly number[]): ((point: OperatingPoint) => number) => {
  const { dimensions, task } = model;
  const shareOf = relativePointCosts(dimensions, lengths, costOptionsOf(dimensions, task.readout));
  const known = new WeakMap<OperatingPoint, number>();
  return (point) => {
    const before = known.get(point);
    if (before !== undefined) return before;
    const share = shareOf(withoutOwnReducer(point, model));
    known.set(point, share);
    return share;
  };
};

/** What prices are reckoned in, and what predicts times. */
interface PriceOptions {
  /** Default `macs`. */
  readonly objective?: CostObjective;
  /** Needed for the objective `latency`. */
  readonly latency?: LatencyModel | undefined;
  /** Reckon the size of the file of each point, too. Default false. */
  readonly sizes?: boolean | undefined;
}

/** What operating points cost on inputs of given lengths. */
interface Pricer {
  /** The share of the full length's MACs. */
  readonly macs: (point: OperatingPoint) => number;
  /** The share of the full length's cost that a search weighs against the score. */
  readonly objective: (point: OperatingPoint) => number;
  /** The share of the size of the model's file that the file of a point has. There where sizes are reckoned. */
  readonly size: (point: OperatingPoint) => number;
  /** What a point of the Pareto set says of its cost. */
  readonly costs: (point: OperatingPoint) => Pick<ParetoPoint, 'cost' | 'latencyMs' | 'fileBytes'>;
}

/** @throws ModelError `OPTION_INVALID` for a model that does not tell the sizes of its files */
const fileBytesOf = ({ engine, fileBytes }: RunnableModel): ((point: OperatingPoint) => number) => {
  if (fileBytes) return fileBytes;
  throw new ModelError(
    'OPTION_INVALID',
    `File sizes are to be weighed, and the model on ${engine} does not tell them; open the folder with its weights on ONNX Runtime (--engine onnx), or leave file sizes out.`,
  );
};

/**
 * Reckons what an operating point spends on inputs of the given lengths.
 *
 * @throws ModelError `OPTION_INVALID` when times are the objective and nothing predicts them, or sizes are reckoned that the model does not tell
 */
export const pricerOf = (
  model: RunnableModel,
  lengths: readonly number[],
  { objective = 'macs', latency, sizes = false }: PriceOptions,
): Pricer => {
  const macs = macsShares(model, lengths);
  const fileBytes = sizes ? fileBytesOf(model) : undefined;
  const wholeFile = fileBytes?.({}) ?? 1;
  const size = (point: OperatingPoint): number => (fileBytes?.(point) ?? 1) / wholeFile;
  const sizeOf = (point: OperatingPoint) => fileBytes && { fileBytes: fileBytes(point) };
  if (objective === 'macs')
    return { macs, objective: macs, size, costs: (point) => ({ cost: macs(point), ...sizeOf(point) }) };
  if (latency === undefined) {
    throw new ModelError(
      'OPTION_INVALID',
      "The objective is latency, but nothing predicts it; give `latency`, as calibrateLatency makes it, or the objective 'macs'.",
    );
  }
  const counts = countLengths(lengths);
  const milliseconds = (point: OperatingPoint): number =>
    sumOverCounts(counts, (length) => latency.milliseconds(length, point)) / lengths.length;
  const full = milliseconds({});
  return {
    macs,
    objective: (point) => (full > 0 ? milliseconds(point) / full : 1),
    size,
    costs: (point) => ({ cost: macs(point), latencyMs: milliseconds(point), ...sizeOf(point) }),
  };
};
