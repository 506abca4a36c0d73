import { CoreError } from './errors.js';
import type { LengthConfig } from './length-config.js';
import { fromAbsoluteLengths, validateLengthConfig } from './length-config.js';
import type { Random } from './random.js';
import { shuffled } from './random.js';

/** How LengthDrop and LayerDrop draw sub-models (Kim & Cho 2020, section 3). */
export interface LengthDropOptions {
  /** Number of layers of the encoder. */
  readonly layers: number;
  /** p: a layer drops at most this share of the tokens that reached it. Default 0.2. */
  readonly dropRatioBound?: number;
  /** q: each layer is skipped with this probability, drawn afresh for every pass. Default 0 (no LayerDrop). */
  readonly layerDrop?: number;
  /** Random sub-models a step, beside the full and the smallest one. Default 2. */
  readonly randomSubModels?: number;
  /**
   * Configurations to train in place of chains that are drawn, such as those of a Pareto set: in every step the one that keeps the least, and
   * `randomSubModels` of the others, by chance. `dropRatioBound` says nothing then. Default: chains are drawn.
   */
  readonly ladder?: readonly LengthConfig[] | undefined;
  /** The length the chains are drawn at; ratios are fractions of it. Default 128. */
  readonly referenceLength?: number;
}

/** One pass of a training step. */
export interface SubModel {
  /** The configuration it runs at; absent for full length. */
  readonly config?: LengthConfig;
  /** The layers that run; absent for all. */
  readonly layers?: readonly number[];
}

/** The passes of one sandwich step. */
export interface Sandwich {
  readonly full: SubModel;
  /** The smallest sub-model first, then the random ones. */
  readonly reduced: readonly SubModel[];
}

const minLength = 2;

const checkShare = (name: string, value: number): void => {
  if (!(value >= 0 && value < 1)) {
    throw new CoreError('OPTION_INVALID', `${name} is ${value}; expected a number in [0, 1).`);
  }
};

const allLayers = (layers: number): number[] => Array.from({ length: layers }, (_, layer) => layer);

/** Only layers that run drop tokens; the others repeat the length. */
const chain = (
  layers: number,
  inputLength: number,
  executed: readonly number[],
  next: (length: number) => number,
): number[] => {
  let length = inputLength;
  return allLayers(layers).map((layer) => {
    if (executed.includes(layer)) length = Math.max(Math.min(minLength, inputLength), next(length));
    return length;
  });
};

const lowest = (length: number, dropRatioBound: number): number => Math.ceil(length * (1 - dropRatioBound) - 1e-9);

export interface LengthsOptions {
  /** p: a layer drops at most this share of the tokens that reached it. Default 0.2. */
  readonly dropRatioBound?: number | undefined;
  /** The layers that run; one that does not repeats the length before it. Default: all. */
  readonly executed?: readonly number[] | undefined;
}

/** Absolute lengths of the smallest sub-model: `l <- ceil((1 - p) l)` at every layer that runs. */
export const smallestLengths = (
  layers: number,
  inputLength: number,
  { dropRatioBound = 0.2, executed = allLayers(layers) }: LengthsOptions = {},
): number[] => chain(layers, inputLength, executed, (length) => lowest(length, dropRatioBound));

/** Absolute lengths of a random sub-model: `l` uniform on `{ceil((1 - p) l), ..., l}` at every layer that runs. */
export const randomLengths = (
  layers: number,
  inputLength: number,
  random: Random,
  { dropRatioBound = 0.2, executed = allLayers(layers) }: LengthsOptions = {},
): number[] => chain(layers, inputLength, executed, (length) => random.integer(lowest(length, dropRatioBound), length));

/**
 * The layers that run in one pass under LayerDrop: each is kept with probability `1 - layerDrop`. At least one layer
 * always runs (the reference lets a pass run none at all).
 */
export const drawLayers = (layers: number, layerDrop: number, random: Random): number[] => {
  const kept = allLayers(layers).filter(() => random.uniform() >= layerDrop);
  return kept.length > 0 ? kept : [random.integer(0, layers - 1)];
};

const tokensOf = (config: LengthConfig): number => config.reduce((sum, ratio) => sum + ratio, 0);

/** The configuration of a ladder that keeps the least. */
export const smallestOf = (ladder: readonly LengthConfig[]): LengthConfig => {
  const [first, ...others] = ladder;
  if (first === undefined)
    throw new CoreError('OPTION_INVALID', 'The ladder has no configurations; expected at least one.');
  return others.reduce((least, config) => (tokensOf(config) < tokensOf(least) ? config : least), first);
};

/** The configurations of one step: the smallest of a ladder, and some of the others. */
const drawRungs = (ladder: readonly LengthConfig[], count: number, layers: number, random: Random): LengthConfig[] => {
  for (const config of ladder) validateLengthConfig(config, layers);
  const smallest = smallestOf(ladder);
  const others = ladder.filter((config) => config !== smallest);
  return [smallest, ...shuffled(others, random).slice(0, count)];
};

/**
 * Draws the passes of one sandwich step: full length, the smallest chain and `randomSubModels` random ones; or those of a ladder.
 *
 * @throws CoreError `OPTION_INVALID` for shares outside [0, 1) and a ladder without configurations, `LENGTH_CONFIG_INVALID` for what is none
 */
export const drawSandwich = (
  {
    layers,
    dropRatioBound = 0.2,
    layerDrop = 0,
    randomSubModels = 2,
    referenceLength = 128,
    ladder,
  }: LengthDropOptions,
  random: Random,
): Sandwich => {
  checkShare('dropRatioBound', dropRatioBound);
  checkShare('layerDrop', layerDrop);
  const draw = (): Pick<SubModel, 'layers'> => (layerDrop > 0 ? { layers: drawLayers(layers, layerDrop, random) } : {});
  const reduced = (lengthsOf: (options: LengthsOptions) => readonly number[]): SubModel => {
    const executed = draw();
    const lengths = lengthsOf({ dropRatioBound, executed: executed.layers });
    return { config: fromAbsoluteLengths(lengths, referenceLength), ...executed };
  };

  const full = draw();
  if (ladder)
    return {
      full,
      reduced: drawRungs(ladder, randomSubModels, layers, random).map((config) => ({ config, ...draw() })),
    };
  return {
    full,
    reduced: [
      reduced((options) => smallestLengths(layers, referenceLength, options)),
      ...Array.from({ length: randomSubModels }, () =>
        reduced((options) => randomLengths(layers, referenceLength, random, options)),
      ),
    ],
  };
};
