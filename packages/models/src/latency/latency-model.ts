import type { OperatingPoint, Ranks, Wanted } from '@length-adaptive/core/lengths';
import { keptAt, ranksKey, runningLayers, uniformRanks, validateRanks } from '@length-adaptive/core/lengths';
import { ModelError } from '../errors.js';
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

/** What a prediction adds for matrices in factors, where passes at several ranks were timed. `entering` and `leaving` count the shares. */
export const factorTerms = [
  'weights', // share of the layers' matrices that is read, summed over the layers: what short inputs wait for
  'factored', // matrices that run as two: a product more for each
  'factoredTokens', // tokens that go through such matrices: what stands between two factors is written and read
] as const;

export type FactorTerm = (typeof factorTerms)[number];

/** What passes in weights of some bits take. */
export interface PassFit {
  /** Milliseconds for one of each term, never below 0. */
  readonly coefficients: Readonly<Record<LatencyTerm, number>>;
  /** The same for what factors take. Absent where no ranks were timed: their shares of the tokens' time are then all that is known. */
  readonly factors?: Readonly<Record<FactorTerm, number>>;
  /** Median relative error of predictions for passes that the fit did not see: 0.05 is 5 percent. */
  readonly error: number;
  /** Passes that `error` was measured on. */
  readonly heldOut: number;
}

/** A calibration as plain data: what JSON keeps of it gives the same predictions again. */
export interface LatencyFit extends PassFit {
  /** The bits of the model as it was opened, where points of others were timed, too. */
  readonly bits?: number | undefined;
  /** What passes in other bits take: products of integers have other times altogether. */
  readonly otherBits?: readonly (PassFit & { readonly bits: number })[] | undefined;
  /** The machine that passes were timed on, as whoever calibrated calls it. Its times say nothing of another. */
  readonly machine?: string | undefined;
  /** The ranks that the model itself has, where it is made of factors. */
  readonly ranks?: Ranks | undefined;
  /** Whose states the model wants: for `first` the last layer computes one token, whatever a configuration keeps there. Default `all`. */
  readonly wanted?: Wanted;
  /** Its layers that take tokens two by two. Default: none. */
  readonly halving?: readonly number[] | undefined;
  /** Layers of its decoder, which all tokens go through. Default: it has none. */
  readonly decoder?: number | undefined;
}

/** Predicts milliseconds on the machine and engine that it was calibrated on. */
export interface LatencyModel {
  readonly fit: LatencyFit;
  /** Median relative error of predictions for passes that the fit did not see: 0.05 is 5 percent. */
  readonly error: number;
  /**
   * Milliseconds for one input of `tokens` tokens at an operating point, alone in its batch.
   *
   * @throws ModelError `OPTION_INVALID` for bits that were not timed
   */
  milliseconds(tokens: number, point: OperatingPoint): number;
  /** Takes a new measurement into account: the machine may be faster or slower now than when it was calibrated. Of bits that were not timed it says nothing. */
  observe(tokens: number, point: OperatingPoint, milliseconds: number): void;
}

/** Wherever passes in several bits were timed, the largest of their errors. */
export const largestError = ({ error, otherBits = [] }: LatencyFit): number =>
  Math.max(error, ...otherBits.map((other) => other.error));

const wantedStates: readonly Wanted[] = ['first', 'all', 'kept', 'survivors'];

/** How fast the weight of observations decays; the calibration keeps its own. */
const memory = 0.98;

/** One input of `tokens` tokens at a point. */
type Pass = Pick<TimedPass, 'tokens' | 'point'>;

/** The model that passes are made with. */
interface PassModel {
  readonly layers: number;
  readonly wanted: Wanted;
  readonly ranks: Ranks | undefined;
  readonly halving: readonly number[];
  readonly decoder: number;
}

type Terms = Record<LatencyTerm | FactorTerm, number>;

/** Matrices of a layer, and the part of its numbers that stands in them where a feed-forward block is four times as wide, as nearly all are. */
const kinds = {
  attention: { matrices: 4, part: 1 / 3 },
  feedForward: { matrices: 2, part: 2 / 3 },
} as const;

const termsOf = ({ tokens, point }: Pass, { layers, wanted, ranks: own, halving, decoder }: PassModel): Terms => {
  const running = runningLayers(point, layers);
  const terms: Terms = {
    // What of an input has no tokens in it is mostly the weights of its layers, which are read whatever its length.
    ...{ input: running.length / layers, tokens, entering: 0, enteringSquared: 0, leaving: 0, dropping: 0 },
    ...{ weights: 0, factored: 0, factoredTokens: 0 },
  };
  const ranks = point.ranks ?? own ?? uniformRanks(layers, 1);
  const pass = (kind: keyof typeof kinds, layer: number, through: number): number => {
    const share = ranks[kind][layer] as number;
    const { matrices, part } = kinds[kind];
    terms.weights += part * share;
    terms.factored += share < 1 ? matrices : 0;
    terms.factoredTokens += share < 1 ? matrices * through : 0;
    return through * share; // factors take their share of the time
  };
  const counts = keptAt(point, layers, tokens, { halving });
  let entering = tokens;
  for (const layer of running) {
    const kept = counts[layer] as number;
    const firstAlone = wanted === 'first' && decoder === 0 && layer === running.at(-1);
    terms.entering += pass('attention', layer, entering);
    const halves = halving.includes(layer);
    terms.enteringSquared += entering * (firstAlone ? 1 : halves ? kept : entering);
    terms.leaving += pass('feedForward', layer, firstAlone ? 1 : kept);
    if (kept < entering && !firstAlone && !halves) terms.dropping += 1;
    entering = kept;
  }
  for (let layer = 1; layer <= decoder; layer++) {
    const asking = wanted === 'first' && layer === decoder ? 1 : tokens;
    terms.entering += tokens;
    terms.enteringSquared += tokens * asking;
    terms.leaving += asking;
  }
  return terms;
};

/** What a prediction needs of a fit. */
type Coefficients = Pick<LatencyFit, 'coefficients' | 'factors' | 'wanted' | 'ranks' | 'halving' | 'decoder'>;

/** What was fitted of passes in the bits of a point; undefined for bits that were not timed. */
const fitOf = (fit: LatencyFit, { bits }: OperatingPoint): PassFit | undefined =>
  bits === undefined || bits === fit.bits ? fit : fit.otherBits?.find((own) => own.bits === bits);

/** Whether passes in the bits of a point were timed. */
export const timesBits = (fit: LatencyFit, point: OperatingPoint): boolean => fitOf(fit, point) !== undefined;

/** What is known of passes in the bits of a point. @throws ModelError `OPTION_INVALID` where nothing is */
const fitAt = (fit: LatencyFit, point: OperatingPoint): Coefficients => {
  const own = fitOf(fit, point);
  if (own === fit) return fit;
  if (own) {
    const { ranks, halving, decoder, wanted } = fit;
    return { ...own, ranks, halving, decoder, ...(wanted && { wanted }) };
  }
  throw new ModelError(
    'OPTION_INVALID',
    `The time of a point with ${point.bits} bits is asked for, and the calibration timed ${[fit.bits ?? 'its own', ...(fit.otherBits ?? []).map((own) => own.bits)].join(' and ')} bits alone. Calibrate with \`bits: [${point.bits}]\`.`,
  );
};

const predict = (
  { coefficients, factors, wanted = 'all', ranks, halving = [], decoder = 0 }: Coefficients,
  pass: Pass,
  layers: number,
): number => {
  const terms = termsOf(pass, { layers, wanted, ranks, halving, decoder });
  const add = <Term extends keyof Terms>(names: readonly Term[], by: Readonly<Record<Term, number>>): number =>
    names.reduce((sum, term) => sum + by[term] * terms[term], 0);
  return add(latencyTerms, coefficients) + (factors ? add(factorTerms, factors) : 0);
};

/** The shortest time that is told from none: clocks of browsers are coarse. */
const leastMilliseconds = 1e-3;

/** The coefficients of some terms, from a list in their order. */
const named = <Term extends string>(terms: readonly Term[], values: readonly number[]): Record<Term, number> =>
  Object.fromEntries(terms.map((term, k) => [term, values[k] ?? 0])) as Record<Term, number>;

/**
 * Fits the time of a forward pass: a part for the input, and for each layer a part that depends on the tokens that enter
 * and leave it; where passes are of several ranks, also what factors take. Coefficients are never negative, so a longer input
 * never costs less; relative errors are what is kept small, so that short inputs count as much as long ones.
 *
 * @param layers layers of the model
 * @param heldOut passes that the error is measured on. Without any it is that of `passes`
 */
export const fitLatency = (
  passes: readonly TimedPass[],
  layers: number,
  heldOut: readonly TimedPass[] = [],
  {
    wanted = 'all',
    ranks,
    halving = [],
    decoder = 0,
  }: Pick<LatencyFit, 'wanted' | 'ranks' | 'halving' | 'decoder'> = {},
): LatencyFit => {
  const times = passes.map(({ milliseconds }) => Math.max(milliseconds, leastMilliseconds));
  const chosen = new Set(passes.map(({ point }) => point.ranks && ranksKey(point.ranks)));
  const terms = chosen.size > 1 ? [...latencyTerms, ...factorTerms] : latencyTerms;
  const rows = passes.map((pass, i) => {
    const own = termsOf(pass, { layers, wanted, ranks, halving, decoder });
    return terms.map((term) => own[term] / (times[i] ?? 1));
  });
  const found = nonNegativeLeastSquares(rows, new Array<number>(passes.length).fill(1));
  const fitted: Coefficients = {
    coefficients: named(latencyTerms, found),
    ...(chosen.size > 1 && { factors: named(factorTerms, found.slice(latencyTerms.length)) }),
    wanted,
    ...(ranks && { ranks }),
    ...(halving.length > 0 && { halving }),
    ...(decoder > 0 && { decoder }),
  };
  const judged = heldOut.length > 0 ? heldOut : passes;
  const errors = judged.map((pass) =>
    Math.abs(predict(fitted, pass, layers) / Math.max(pass.milliseconds, leastMilliseconds) - 1),
  );
  return { ...fitted, error: errors.length > 0 ? quantile(errors, 0.5) : 0, heldOut: heldOut.length };
};

const isRanks = (value: unknown): value is Ranks => {
  try {
    validateRanks(value as Ranks);
    return true;
  } catch {
    return false;
  }
};

/** Whether a value read from a file says what passes take. */
const isPassFit = (value: unknown): value is PassFit => {
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
  const factors = 'factors' in value ? value.factors : undefined;
  if (factors !== undefined && (typeof factors !== 'object' || factors === null)) return false;
  const numbers: unknown[] = [
    error,
    heldOut,
    ...latencyTerms.map((term) => (coefficients as Partial<Record<LatencyTerm, unknown>>)[term]),
    ...(factors ? factorTerms.map((term) => (factors as Partial<Record<FactorTerm, unknown>>)[term]) : []),
  ];
  return numbers.every((number) => typeof number === 'number' && Number.isFinite(number) && number >= 0);
};

const isBitsFit = (value: unknown): boolean => isPassFit(value) && 'bits' in value && typeof value.bits === 'number';

/** Whether a value read from a file is a calibration. */
export const isLatencyFit = (value: unknown): value is LatencyFit => {
  if (!isPassFit(value)) return false;
  const { ranks, wanted, bits, otherBits, machine, halving, decoder } = value as Partial<
    Record<keyof LatencyFit, unknown>
  >;
  return (
    (ranks === undefined || isRanks(ranks)) &&
    (halving === undefined || (Array.isArray(halving) && halving.every(Number.isInteger))) &&
    (decoder === undefined || Number.isInteger(decoder)) &&
    (wanted === undefined || wantedStates.some((known) => known === wanted)) &&
    (bits === undefined || typeof bits === 'number') &&
    (machine === undefined || typeof machine === 'string') &&
    (otherBits === undefined || (Array.isArray(otherBits) && otherBits.every(isBitsFit)))
  );
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
    error: largestError(fit),
    observe: (tokens, point, milliseconds) => {
      if (!timesBits(fit, point)) return;
      const predicted = predict(fitAt(fit, point), { tokens, point }, layers);
      // The calibration counts as one observation, so that the first ones do not throw the scale about.
      if (anchor === 0) anchor = predicted;
      recent.took = recent.took * memory + milliseconds;
      recent.predicted = recent.predicted * memory + predicted;
    },
    milliseconds: (tokens, point) => {
      const scale = recent.predicted + anchor > 0 ? (recent.took + anchor) / (recent.predicted + anchor) : 1;
      return scale * predict(fitAt(fit, point), { tokens, point }, layers);
    },
  };
};
