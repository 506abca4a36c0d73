import type { AffineWeights, DenseWeights, EncoderInput, EncoderWeights, Ranks } from '@length-adaptive/core';
import { encode, rankOf, validateRanks } from '@length-adaptive/core';
import * as tf from '@tensorflow/tfjs';
import { factorNames } from '../architectures/factor-specs.js';
import { ModelError } from '../errors.js';
import type { LowRankRecord } from '../folder/low-rank.js';
import type { FactoriseMethod, HostFactors, InputMoments } from '../low-rank/factorise-matrix.js';
import { factoriseMatrix } from '../low-rank/factorise-matrix.js';
import type { TensorData } from '../weights/safetensors.js';
import { saveParameters } from '../architectures/parameters.js';
import type { TaskModel } from './task-model.js';
import { createTaskModel } from './task-model.js';
import { tokenBatches } from './token-batches.js';

export interface FactoriseOptions {
  /** Shares of the break-even ranks that the factors have at most; 1 leaves a matrix as it is. Default: just below 1 everywhere. */
  readonly ranks?: Ranks | undefined;
  /**
   * What the model is to be made of. `matrices`: of what it is, with factors beside for points with ranks up to these. `factors`: of the
   * factors alone, which also train. Default `matrices`.
   */
  readonly keep?: LowRankRecord['model'] | undefined;
  /** What the factors are to be near in. Default `whitened`. */
  readonly method?: FactoriseMethod | undefined;
  /** Called when so many of the matrices are done. */
  readonly onProgress?: ((done: number, of: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A model with factors, and how near they are. */
export interface FactorisedModel {
  readonly model: TaskModel;
  /** Tokens of the texts. */
  readonly tokens: number;
  /** Of each matrix, by its name in a checkpoint. */
  readonly matrices: readonly FactorisedMatrix[];
}

export interface FactorisedMatrix {
  readonly name: string;
  readonly shape: readonly [inputs: number, outputs: number];
  readonly rank: number;
  /** Share of what comes out of the matrix on the texts, squared, that the factors leave out. */
  readonly error: number;
}

/** The largest share at which factors are cheaper than their matrix. */
const nearlyAll = 1 - 1e-6;

/** Factors of every rank that is cheaper than the matrix. */
export const everyRank = (layers: number): Ranks => ({
  attention: new Array<number>(layers).fill(nearlyAll),
  feedForward: new Array<number>(layers).fill(nearlyAll),
});

/** A matrix that gets factors. */
interface Place {
  readonly weights: DenseWeights;
  readonly name: string;
  readonly share: number;
}

/** The matrices of an encoder in their order, with the shares that ranks say. */
const placesOf = ({ encoder, parameters }: TaskModel, ranks: Ranks): readonly Place[] => {
  const names = new Map<unknown, string>(parameters.map(({ spec, variable }) => [variable, spec.name]));
  return encoder.blocks.flatMap(({ attention: { query, key, value, output }, between = [], feedForward }, layer) => {
    const at = (share: number) => (weights: AffineWeights) =>
      'kernel' in weights ? [{ weights, name: names.get(weights.kernel) ?? '', share }] : [];
    return [
      ...[query, key, value, output].flatMap(at(ranks.attention[layer] as number)),
      ...[...between, feedForward]
        .flatMap(({ intermediate, output: leaving }) => [intermediate, leaving])
        .flatMap(at(ranks.feedForward[layer] as number)),
    ];
  });
};

/** Sums over tokens, while they are being gathered. */
interface Gathered extends Omit<InputMoments, 'tokens'> {
  readonly magnitudes: Float64Array;
  readonly squares: Float64Array;
}

const add = (sum: Float64Array, more: ArrayLike<number>): void => {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (more[i] as number);
};

/**
 * Runs a model on texts and sums what its matrices are given, batch by batch in double precision. Queries, keys and mostly values are
 * given the same, which is summed once.
 */
const gather = async (
  { encoder }: { readonly encoder: EncoderWeights },
  inputs: readonly EncoderInput[],
  places: readonly Place[],
  { batchTokens, signal }: { readonly batchTokens: number; readonly signal: AbortSignal | undefined },
): Promise<ReadonlyMap<AffineWeights, Gathered>> => {
  const wanted = new Set<AffineWeights>(places.map(({ weights }) => weights));
  const sameAs = new Map<AffineWeights, AffineWeights>();
  for (const { attention, bottleneck, halves = false } of encoder.blocks)
    if (!halves)
      for (const weights of bottleneck?.shared ? [attention.key] : [attention.key, attention.value])
        sameAs.set(weights, attention.query);
  const found = new Map<AffineWeights, Gathered>();
  const take = (weights: AffineWeights, x: tf.Tensor2D): void => {
    if (!wanted.has(weights) || !('kernel' in weights)) return;
    const [size, outputs] = weights.kernel.shape;
    const narrows = size > outputs;
    const seen = narrows ? tf.matMul(x, weights.kernel) : x;
    const gathered = found.get(weights) ?? {
      magnitudes: new Float64Array(size),
      squares: new Float64Array(Math.min(size, outputs) ** 2),
      of: narrows ? ('outputs' as const) : ('inputs' as const),
    };
    found.set(weights, gathered);
    add(gathered.magnitudes, tf.sum(tf.abs(x), 0).dataSync());
    add(gathered.squares, tf.matMul(seen, seen, true).dataSync());
  };
  for (const batch of tokenBatches(inputs, batchTokens)) {
    if (signal?.aborted) throw new ModelError('ABORTED', 'The factorisation was stopped by its signal.');
    tf.tidy(() => {
      encode(
        encoder,
        batch.map((i) => inputs[i] as EncoderInput),
        {
          wanted: 'survivors', // whoever is left at the full length: nothing behind the encoder is looked at
          watch: (weights, x) => {
            if (!sameAs.has(weights)) take(weights, x);
          },
        },
      );
    });
    await new Promise((resolve) => setTimeout(resolve, 0)); // so that a signal is heard
  }
  for (const [weights, first] of sameAs) {
    const gathered = found.get(first);
    if (gathered) found.set(weights, gathered);
  }
  return found;
};

const asTensor = (data: Float32Array, shape: readonly number[]): TensorData => ({ shape, data, dtype: 'F32' });

/**
 * A model with factors of its matrices: for each the two that give the outputs with the least error on texts like those that it will read.
 * Nothing is trained. The texts need no labels; a few thousand tokens are enough, 5 times the hidden size at least.
 *
 * @param model stays as it is, and the caller's
 * @param inputs texts, as the model's tokenizer reads them
 * @throws ModelError `OPTION_INVALID` for a model that has factors, `DATA_INVALID` for too few tokens, `ABORTED`; CoreError
 * `OPERATING_POINT_INVALID` for ranks that are none
 * @example
 * const { model: factored } = await factoriseModel(model, inputs);
 * await factored.run([input], { point: { ranks: uniformRanks(6, 0.5) } });
 */
export const factoriseModel = async (
  model: TaskModel,
  inputs: readonly EncoderInput[],
  {
    ranks = everyRank(model.dimensions.layers),
    keep = 'matrices',
    method = 'whitened',
    onProgress,
    signal,
  }: FactoriseOptions = {},
): Promise<FactorisedModel> => {
  validateRanks(ranks, model.dimensions.layers);
  if (model.lowRank)
    throw new ModelError(
      'OPTION_INVALID',
      'The model has factors already. Factorise the model that they were made of; or fewer ranks of these are had by points with ranks.',
    );
  const tokens = inputs.reduce((sum, { ids }) => sum + ids.length, 0);
  if (tokens < model.dimensions.hiddenSize)
    throw new ModelError(
      'DATA_INVALID',
      `The texts have ${tokens} tokens, and a hidden state ${model.dimensions.hiddenSize} numbers: give more texts, 5 times as many tokens as that or more.`,
    );
  const places = placesOf(model, ranks).filter(
    ({ weights: { kernel }, share }) => rankOf(share, kernel.shape[0], kernel.shape[1]) !== undefined,
  );
  if (places.length === 0)
    throw new ModelError('OPTION_INVALID', 'The ranks leave every matrix as it is; ask for a share below 1 of some.');
  const moments = await gather(model, inputs, places, { batchTokens: model.batchTokens, signal });
  const factors = new Map<string, TensorData>();
  const matrices: FactorisedMatrix[] = [];
  for (const { weights, name, share } of places) {
    if (signal?.aborted) throw new ModelError('ABORTED', 'The factorisation was stopped by its signal.');
    const { kernel } = weights;
    const [size, outputs] = kernel.shape;
    const found: HostFactors = factoriseMatrix(
      (await kernel.data()) as Float32Array,
      [size, outputs],
      { ...(moments.get(weights) as Gathered), tokens },
      rankOf(share, size, outputs) as number,
      method,
    );
    const { down, up } = factorNames(name);
    factors.set(down, asTensor(found.down, [size, found.rank])).set(up, asTensor(found.up, [found.rank, outputs]));
    const [whole = 0] = found.errors;
    const error = whole > 0 ? (found.errors[found.rank] as number) / whole : 0;
    matrices.push({ name, shape: [size, outputs], rank: found.rank, error });
    onProgress?.(matrices.length, places.length);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  const lowRank: LowRankRecord = { model: keep, ranks, method, tokens };
  const { config, task, reducer, prior, parameters, initialised, companions } = model;
  const trained = parameters.filter(({ spec }) => !initialised.includes(spec.name));
  const tensors = new Map([...(await saveParameters(trained)), ...companions]);
  const factored = createTaskModel(config, tensors, {
    task,
    reducer,
    prior,
    lowRank,
    factors,
  });
  return { model: factored, tokens, matrices };
};
