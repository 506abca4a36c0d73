import type { OperatingPoint, Wanted } from '@length-adaptive/core/lengths';
import { keptTokens, lengthsOf } from '@length-adaptive/core/lengths';
import { nonNegativeLeastSquares } from './non-negative-least-squares.js';
import { quantile } from './quantile.js';

/** One timed forward pass of one input, alone in its batch and without padding. */
export interface TimedPass {
  /** Tokens of the input. */
  readonly tokens: number;
  readonly point: OperatingPoint;
  readonly milliseconds: number;
}

/** What a prediction adds up, in the order of its coefficients. */
export const latencyTerms = [
  'input', // once an input: head, start of a run, and the part of every layer that has no tokens in it
  'tokens', // of the input: embeddings, and putting dropped tokens back
  'entering', // tokens that enter a layer, summed over the layers: their projections
  'enteringSquared', // times those that ask, which are the same but where the last layer computes the first alone: attention
  'leaving', // tokens that stay in a layer: output projection, feed-forward
  'dropping', // layers that drop tokens: choosing and moving them
] as const;

export type LatencyTerm = (typeof latencyTerms)[number];

/** A calibration as plain data: what JSON keeps of it gives the same predictions again. */
export interface LatencyFit {
  /** Milliseconds for one of each term, never below 0. */
  readonly coefficients: Readonly<Record<LatencyTerm, number>>;
  /** Median relative error of predictions for passes that the fit did not see: 0.05 is 5 percent. */
  readonly error: number;
  /** Passes that `error` was measured on. */
  readonly heldOut: number;
  /** Whose states the model wants: for `first` the last layer computes one token, whatever a configuration keeps there. Default `all`. */
  readonly wanted?: Wanted;
}

/** Predicts milliseconds on the machine and engine that it was calibrated on. */
export interface LatencyModel {
  readonly fit: LatencyFit;
  /** Median relative error of predictions for passes that the fit did not see: 0.05 is 5 percent. */
  readonly error: number;
  /** Milliseconds for one input of `tokens` tokens at an operating point, alone in its batch. */
  milliseconds(tokens: number, point: OperatingPoint): number;
  /** Takes a new measurement into account: the machine may be faster or slower now than when it was calibrated. */
  observe(tokens: number, point: OperatingPoint, milliseconds: number): void;
}

const wantedStates: readonly Wanted[] = ['first', 'all', 'kept', 'survivors'];

/** How fast the weight of observations decays; the calibration keeps its own. */
const memory = 0.98;

/** One input of `tokens` tokens at a point. */
type Pass = Pick<TimedPass, 'tokens' | 'point'>;

/** The model that passes are made with. */
interface PassModel {
  readonly layers: number;
  readonly wanted: Wanted;
}

const termsOf = ({ tokens, point }: Pass, { layers, wanted }: PassModel): Record<LatencyTerm, number> => {
  const terms = { input: 1, tokens, entering: 0, enteringSquared: 0, leaving: 0, dropping: 0 };
  const { ranks } = point;
  let entering = tokens;
  for (const [layer, kept] of keptTokens(lengthsOf(point, layers), tokens).entries()) {
    const firstAlone = wanted === 'first' && layer === layers - 1;
    terms.entering += entering * (ranks?.attention[layer] ?? 1); // factors take their share of the time
    terms.enteringSquared += entering * (firstAlone ? 1 : entering);
    terms.leaving += (firstAlone ? 1 : kept) * (ranks?.feedForward[layer] ?? 1);
    if (kept < entering && !firstAlone) terms.dropping += 1;
    entering = kept;
  }
  return terms;
};

const predict = (
  { coefficients, wanted = 'all' }: Pick<LatencyFit, 'coefficients' | 'wanted'>,
  pass: Pass,
  layers: number,
): number => {
  const terms = termsOf(pass, { layers, wanted });
  return latencyTerms.reduce((sum, term) => sum + coefficients[term] * terms[term], 0);
};

/** The shortest time that is told from none: clocks of browsers are coarse. */
const leastMilliseconds = 1e-3;

/**
 * Fits the time of a forward pass: a part for the input, and for each layer a part that depends on the tokens that enter
 * and leave it. Coefficients are never negative, so a longer input never costs less; relative errors are what is kept
 * small, so that short inputs count as much as long ones.
 *
 * @param layers layers of the model
 * @param heldOut passes that the error is measured on. Without any it is that of `passes`
 */
export const fitLatency = (
  passes: readonly TimedPass[],
  layers: number,
  heldOut: readonly TimedPass[] = [],
  { wanted = 'all' }: Pick<LatencyFit, 'wanted'> = {},
): LatencyFit => {
  const times = passes.map(({ milliseconds }) => Math.max(milliseconds, leastMilliseconds));
  const rows = passes.map((pass, i) => {
    const terms = termsOf(pass, { layers, wanted });
    return latencyTerms.map((term) => terms[term] / (times[i] ?? 1));
  });
  const found = nonNegativeLeastSquares(rows, new Array<number>(passes.length).fill(1));
  const coefficients = Object.fromEntries(latencyTerms.map((term, k) => [term, found[k] ?? 0])) as Record<
    LatencyTerm,
    number
  >;
  const judged = heldOut.length > 0 ? heldOut : passes;
  const errors = judged.map((pass) =>
    Math.abs(predict({ coefficients, wanted }, pass, layers) / Math.max(pass.milliseconds, leastMilliseconds) - 1),
  );
  return { coefficients, error: errors.length > 0 ? quantile(errors, 0.5) : 0, heldOut: heldOut.length, wanted };
};

/** Whether a value read from a file is a calibration. */
export const isLatencyFit = (value: unknown): value is LatencyFit => {
  if (
    typeof value !== 'object' ||
    value === null ||
    !('coefficients' in value) ||
    !('error' in value) ||
    !('heldOut' in value)
  )
    return false;
  const { coefficients, error, heldOut } = value;
  if (typeof coefficients !== 'object' || coefficients === null) return false;
  if ('wanted' in value && !wantedStates.some((wanted) => wanted === value.wanted)) return false;
  const numbers: unknown[] = [
    error,
    heldOut,
    ...latencyTerms.map((term) => (coefficients as Partial<Record<LatencyTerm, unknown>>)[term]),
  ];
  return numbers.every((number) => typeof number === 'number' && Number.isFinite(number) && number >= 0);
};

/**
 * A latency model of a calibration. The calibration gives it its shape for good; observations, the recent ones most, scale it.
 *
 * @param layers layers of the model that was calibrated
 */
export const createLatencyModel = (fit: LatencyFit, layers: number): LatencyModel => {
  const recent = { took: 0, predicted: 0 };
  let anchor = 0;
  return {
    fit,
    error: fit.error,
    observe: (tokens, point, milliseconds) => {
      const predicted = predict(fit, { tokens, point }, layers);
      // The calibration counts as one observation, so that the first ones do not throw the scale about.
      if (anchor === 0) anchor = predicted;
      recent.took = recent.took * memory + milliseconds;
      recent.predicted = recent.predicted * memory + predicted;
    },
    milliseconds: (tokens, point) => {
      const scale = recent.predicted + anchor > 0 ? (recent.took + anchor) / (recent.predicted + anchor) : 1;
      return scale * predict(fit, { tokens, point }, layers);
    },
  };
};
