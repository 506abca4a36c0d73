import type { Bits, LengthConfig, OperatingPoint, Ranks } from '@length-adaptive/core/lengths';
import { constantRatioConfig, fullLength, ranksKey } from '@length-adaptive/core/lengths';
import { ModelError } from '../errors.js';
import type { LatencyFit, LatencyModel, TimedPass } from './latency-model.js';
import { blankInput } from './blank-input.js';
import { createLatencyModel, fitLatency } from './latency-model.js';
import { quantile } from './quantile.js';
import { checkBits, ownBits } from '../folder/bits.js';
import { costOptionsOf } from '../model/head-cost.js';
import type { RunnableModel } from '../model/runnable-model.js';

export interface CalibrateLatencyOptions {
  /**
   * Tokens of the inputs that times will be asked for, in any order, as often as they occur: up to four lengths from the least
   * to the greatest are timed. Default: 8 to 128, or to the model's positions. Images have one length, which is timed.
   */
  readonly lengths?: readonly number[];
  /** Rounds after the warm-up. Default 5. */
  readonly repeats?: number;
  /** No further round begins after this time, warm-up included; one is always made. Default 2. */
  readonly seconds?: number;
  /**
   * Bits of points that times will be asked for, beside those that the model has as it was opened: they are timed and fitted by themselves, since
   * products of integers take other times altogether. Default: none.
   */
  readonly bits?: readonly Bits[] | undefined;
  /** What the machine is called, to be kept with the fit. Default: not said. */
  readonly machine?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds now. Default `performance.now`; `processorTime` on a busy machine, where passes run on one thread. */
  readonly now?: (() => number) | undefined;
}

const defaultLengths = [8, 128];

/** Input lengths that are timed. */
const lengthCount = 4;

/** Whole lengths from the least to the greatest, growing by about the same factor; one length is joined by its half. */
const lengthsToTime = (asked: readonly number[], positions: number): number[] => {
  const possible = asked.filter((length) => length >= 1).map((length) => Math.min(Math.round(length), positions));
  const known = possible.length > 0 ? possible : defaultLengths.map((length) => Math.min(length, positions));
  const high = known.reduce((a, b) => Math.max(a, b));
  const least = known.reduce((a, b) => Math.min(a, b));
  const low = least < high ? least : Math.ceil(high / 2);
  const lengths = Array.from({ length: lengthCount }, (_, i) =>
    Math.round(low * (high / low) ** (i / (lengthCount - 1))),
  );
  return [...new Set(lengths)];
};

/** A configuration from the share that each layer keeps; the layer comes as its place from 0 to 1. */
const shape = (layers: number, share: (place: number) => number): LengthConfig =>
  Array.from({ length: layers }, (_, layer) => share((layer + 0.5) / layers));

interface Pass {
  readonly tokens: number;
  readonly point: OperatingPoint;
}

/**
 * Ranks that are timed of a model that has factors: three to fit, of all matrices and of either kind alone, so that the kinds are told
 * apart, and what a matrix in factors takes from what is saved of its weights; and one to judge by.
 */
const ranksToTime = (
  { attention, feedForward }: Ranks,
  { ranks: own }: RunnableModel['dimensions'],
): { readonly fitted: readonly Ranks[]; readonly heldOut: Ranks } => {
  const of = (shares: readonly number[], part: number): number[] =>
    shares.map((share) => (share < 1 ? part * share : share)); // one without factors runs as it is
  const at = (first: number, second: number): Ranks => ({
    attention: of(attention, first),
    feedForward: of(feedForward, second),
  });
  const whole = own ?? { attention: attention.map(() => 1), feedForward: feedForward.map(() => 1) };
  return {
    fitted: [
      at(0.4, 0.4),
      { attention: whole.attention, feedForward: of(feedForward, 0.6) },
      { attention: of(attention, 0.5), feedForward: whole.feedForward },
    ],
    heldOut: at(0.7, 0.35),
  };
};

/**
 * What is timed to fit, and what to judge the fit by: the full length, chains and steps, so that what enters layers, what
 * leaves them and how often tokens are dropped do not go together. What is held out has other lengths and other shapes.
 */
const design = (
  { dimensions, builtIn, largestRanks }: RunnableModel,
  asked: readonly number[],
): { fitted: Pass[]; heldOut: Pass[] } => {
  const { layers, positions, image } = dimensions;
  const lengths = image ? new Array<number>(lengthCount).fill(positions) : lengthsToTime(asked, positions);
  const between = lengths.map((length, i) => Math.round(Math.sqrt(length * (lengths[i + 1] ?? length))));
  const full = fullLength(layers);
  const fitShapes = [
    constantRatioConfig(layers, 0.85),
    shape(layers, (place) => (place < 0.5 ? 1 : 0.3)),
    constantRatioConfig(layers, 0.6),
    shape(layers, () => 0.5),
  ];
  const otherShapes = [
    shape(layers, (place) => 1 - 0.8 * place),
    constantRatioConfig(layers, 0.72),
    shape(layers, (place) => (place < 0.3 ? 0.9 : 0.4)),
    full,
  ];
  const pass = (tokens: number, config: LengthConfig | undefined): Pass => ({
    tokens,
    point: builtIn ?? { lengths: config ?? full },
  });
  const two = (shapes: readonly LengthConfig[], i: number): (LengthConfig | undefined)[] => [
    shapes[(2 * i) % shapes.length],
    shapes[(2 * i + 1) % shapes.length],
  ];
  const ranked = (at: readonly number[], ranks: Ranks, shapes: readonly LengthConfig[]): Pass[] =>
    at.map((tokens, i) => ({ tokens, point: { lengths: shapes[i % shapes.length] ?? full, ranks } }));
  const timed = largestRanks && ranksToTime(largestRanks, dimensions);
  return {
    fitted: [
      ...lengths.flatMap((tokens, i) => [full, ...two(fitShapes, i)].map((config) => pass(tokens, config))),
      ...(timed?.fitted.flatMap((ranks, i) =>
        ranked(lengths, ranks, i === 0 ? [full, ...fitShapes] : [...fitShapes, full]),
      ) ?? []),
    ],
    heldOut: [
      ...between.flatMap((tokens, i) => two(otherShapes, i).map((config) => pass(tokens, config))),
      ...(timed ? ranked(between, timed.heldOut, otherShapes) : []),
    ],
  };
};

/** How the passes of a design are timed. */
interface TimingOptions extends Pick<CalibrateLatencyOptions, 'signal'> {
  readonly repeats: number;
  readonly seconds: number;
  readonly now: () => number;
}

/** Milliseconds of passes between two rests. */
const restEvery = 50;

/** Which matrices a point runs through. */
const matricesOf = ({ ranks, bits }: OperatingPoint): string =>
  `${ranks === undefined ? '' : ranksKey(ranks)};${bits ?? ''}`;

/**
 * Median milliseconds of each pass. All passes take turns, after a warm-up round. A model that is in use has its matrices in the processor's cache, which
 * other matrices have put them out of, and an engine that is awake: after those, and after a rest, a pass is made once before it is timed.
 *
 * @throws ModelError `ABORTED`
 */
const timePasses = async (
  model: RunnableModel,
  passes: readonly Pass[],
  { repeats, seconds, signal, now }: TimingOptions,
): Promise<TimedPass[]> => {
  const timed = passes.map((pass) => ({ ...pass, times: [] as number[] }));
  const begin = now();
  let loaded: string | undefined;
  let rested: number | undefined;
  for (let round = -1; round < repeats && (round < 1 || now() - begin < 1000 * seconds); round++) {
    for (const { tokens, point, times } of timed) {
      const input = blankInput(model.dimensions, tokens);
      const rests = rested === undefined || now() - rested > restEvery;
      if (rests) {
        await new Promise((resolve) => setTimeout(resolve, 0)); // signals are heard
        if (signal?.aborted) throw new ModelError('ABORTED', 'The calibration was stopped by its signal.');
        rested = now();
      }
      if (rests || loaded !== matricesOf(point)) await model.run([input], { point });
      loaded = matricesOf(point);
      const start = now();
      await model.run([input], { point });
      if (round >= 0) times.push(now() - start);
    }
  }
  return timed.map(({ times, ...pass }): TimedPass => ({ ...pass, milliseconds: quantile(times, 0.5) }));
};

/**
 * Times the model on this machine at a few lengths and operating points, one input at a time and unpadded, and fits a latency
 * model to the medians; of a model with factors at a few ranks too, and where other bits are asked for in those as well, each by itself. All passes
 * take turns, after a warm-up; some are kept from the fit to measure its error.
 *
 * @throws ModelError `ABORTED`; CoreError `OPERATING_POINT_INVALID` for bits that the model does not run
 * @example
 * const latency = await calibrateLatency(model, { lengths: [12, 90] });
 * latency.milliseconds(40, { lengths: [0.8, 0.6, 0.4, 0.3, 0.2, 0.1] }); // 3.1, give or take `latency.error`
 */
export const calibrateLatency = async (
  model: RunnableModel,
  {
    lengths = [],
    repeats = 5,
    seconds = 2,
    bits = [],
    machine,
    signal,
    now = () => performance.now(),
  }: CalibrateLatencyOptions = {},
): Promise<LatencyModel> => {
  const { layers, ranks, halving, decoder } = model.dimensions;
  const { wanted } = costOptionsOf(model.dimensions, model.task.readout);
  const { fitted, heldOut } = design(model, lengths);
  const own = ownBits(model);
  const others = [...new Set(bits)].filter((asked) => asked !== own);
  for (const asked of others) checkBits({ bits: asked }, model);
  const fitAt = async (asked: Bits | undefined): Promise<LatencyFit> => {
    const passes = [...fitted, ...heldOut].map(({ tokens, point }) => ({
      tokens,
      point: asked === undefined ? point : { ...point, bits: asked },
    }));
    const timed = await timePasses(model, passes, { repeats, seconds, signal, now });
    return fitLatency(timed.slice(0, fitted.length), layers, timed.slice(fitted.length), {
      wanted,
      ranks,
      halving,
      decoder,
    });
  };
  const fit = await fitAt(undefined);
  const otherBits: NonNullable<LatencyFit['otherBits']>[number][] = [];
  for (const asked of others) {
    const { coefficients, factors, error, heldOut: judged } = await fitAt(asked);
    otherBits.push({ bits: asked, coefficients, ...(factors && { factors }), error, heldOut: judged });
  }
  return createLatencyModel(
    { ...fit, ...(otherBits.length > 0 && { bits: own, otherBits }), ...(machine !== undefined && { machine }) },
    layers,
  );
};
