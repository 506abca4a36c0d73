import { CoreError } from '../errors.js';
import type { Gradients } from './gradients.js';

/** Numbers by parameter name: weights, moments. */
export type ParameterValues = Map<string, Float32Array>;

export interface AdamWOptions {
  /** Decay of the first moment. Default 0.9. */
  readonly beta1?: number;
  /** Decay of the second moment. Default 0.999. */
  readonly beta2?: number;
  /** Default 1e-8. */
  readonly epsilon?: number;
  /** Decoupled weight decay, applied to the weights and scaled by the learning rate. Default 0. */
  readonly weightDecay?: number;
  /** Whether weight decay applies to a parameter. Default: to all whose name does not hold "norm" or end in "bias". */
  readonly decays?: (name: string) => boolean;
  /** Factor on the learning rate of a parameter. Default: 1 for all. */
  readonly rateFactor?: (name: string) => number;
}

/** The moments of AdamW and how many updates they have seen: all that a checkpoint needs of the optimiser. */
export interface AdamWState {
  updates: number;
  readonly first: ParameterValues;
  readonly second: ParameterValues;
}

const decaysByDefault = (name: string): boolean => !/norm/i.test(name) && !name.endsWith('bias');

export const createAdamWState = (): AdamWState => ({ updates: 0, first: new Map(), second: new Map() });

/**
 * One AdamW update in place (Loshchilov & Hutter 2019): decoupled weight decay and bias-corrected moments.
 *
 * Works on host memory in one fused pass, which on a CPU is many times faster than a dozen element-wise tensor ops.
 * A gradient by rows gives exactly what the same gradient with zeros in the other rows would: rows that were ever
 * touched keep moving by their moments.
 *
 * @param gradientScale factor on all gradients, from clipping
 */
export const adamW = (
  weights: ParameterValues,
  gradients: Gradients,
  state: AdamWState,
  learningRate: number,
  {
    beta1 = 0.9,
    beta2 = 0.999,
    epsilon = 1e-8,
    weightDecay = 0,
    decays = decaysByDefault,
    rateFactor = () => 1,
  }: AdamWOptions = {},
  gradientScale = 1,
): void => {
  state.updates++;
  const correction = Math.sqrt(1 - beta2 ** state.updates);

  for (const [name, { values, rows }] of gradients) {
    const weight = weights.get(name);
    if (!weight || (rows ? values.length % rows.length : weight.length - values.length) !== 0) {
      throw new CoreError(
        'STATE_INVALID',
        `Gradient of "${name}" has ${values.length} values, its weight ${weight?.length ?? 'none'}.`,
      );
    }
    const m = momentOf(state.first, name, weight.length);
    const v = momentOf(state.second, name, weight.length);
    const ownRate = learningRate * rateFactor(name);
    const rate = ownRate / (1 - beta1 ** state.updates);
    const shrink = decays(name) ? 1 - ownRate * weightDecay : 1;

    const update = (start: number, end: number, offset: number, scale: number): void =>
      updateRange({ weight, m, v, values, shrink, rate, correction, beta1, beta2, epsilon }, start, end, offset, scale);
    if (!rows) {
      update(0, weight.length, 0, gradientScale);
      continue;
    }
    const width = values.length / rows.length;
    let next = 0;
    for (let row = 0; row * width < weight.length; row++) {
      const start = row * width;
      if (rows[next] === row) {
        update(start, start + width, start - next * width, gradientScale);
        next++;
      } else if (wasTouched(v, start, width)) {
        update(start, start + width, 0, 0);
      } else if (shrink !== 1) {
        for (let i = start; i < start + width; i++) weight[i] = (weight[i] as number) * shrink;
      }
    }
  }
};

interface UpdateRange {
  readonly weight: Float32Array;
  readonly m: Float32Array;
  readonly v: Float32Array;
  readonly values: Float32Array;
  readonly shrink: number;
  readonly rate: number;
  readonly correction: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** Elements that are updated at a time: few enough to stay in the first-level cache between the two loops. */
const blockSize = 1024;

/** Updates elements `start` to `end`; their gradients stand `offset` places earlier, and are zero when `scale` is. */
const updateRange = (range: UpdateRange, start: number, end: number, offset: number, scale: number): void => {
  // Two short loops are faster than one: seven streams at once get in each other's way in the cache.
  for (let block = start; block < end; block += blockSize) {
    const blockEnd = Math.min(end, block + blockSize);
    if (scale === 0) fadeMoments(range, block, blockEnd);
    else updateMoments(range, block, blockEnd, offset, scale);
    updateWeights(range, block, blockEnd);
  }
};

const fadeMoments = ({ m, v, beta1, beta2 }: UpdateRange, start: number, end: number): void => {
  for (let i = start; i < end; i++) {
    m[i] = (m[i] as number) * beta1;
    v[i] = (v[i] as number) * beta2;
  }
};

const updateMoments = (
  { m, v, values, beta1, beta2 }: UpdateRange,
  start: number,
  end: number,
  offset: number,
  scale: number,
): void => {
  const newM = (1 - beta1) * scale;
  const newV = (1 - beta2) * scale * scale;
  for (let i = start; i < end; i++) {
    const g = values[i - offset] as number;
    m[i] = (m[i] as number) * beta1 + g * newM;
    v[i] = (v[i] as number) * beta2 + g * g * newV;
  }
};

const updateWeights = (
  { weight, m, v, shrink, rate, correction, epsilon }: UpdateRange,
  start: number,
  end: number,
): void => {
  // rate * m / (sqrt(v) / correction + epsilon), with one division
  const scaledRate = rate * correction;
  const scaledEpsilon = epsilon * correction;
  for (let i = start; i < end; i++) {
    weight[i] =
      (weight[i] as number) * shrink - (scaledRate * (m[i] as number)) / (Math.sqrt(v[i] as number) + scaledEpsilon);
  }
};

/** Whether a row ever had a gradient: its second moment is not all zero. */
const wasTouched = (second: Float32Array, start: number, width: number): boolean => {
  for (let i = start; i < start + width; i++) if (second[i] !== 0) return true;
  return false;
};

const momentOf = (moments: ParameterValues, name: string, size: number): Float32Array => {
  const known = moments.get(name);
  if (known) return known;
  const fresh = new Float32Array(size);
  moments.set(name, fresh);
  return fresh;
};
