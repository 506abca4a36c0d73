/** Which of two backends runs a model faster on this device: each runs a pass of its shape a few times. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import type { EncoderWeights } from '../encoder/weights.js';
import type { BackendName } from './backend-name.js';

/** What a pass takes its time by. */
export interface RaceShape {
  readonly layers: number;
  /** Width of a hidden state. */
  readonly hiddenSize: number;
  /** Width inside the feed-forward block. */
  readonly intermediateSize: number;
  readonly heads: number;
  /** Tokens of an input. Default 128. */
  readonly tokens?: number | undefined;
}

/** What one pass took on each of the backends that ran, in milliseconds. */
export type RaceTimes = Readonly<Partial<Record<BackendName, number>>>;

/** What a race came to. */
export interface RaceResult {
  readonly milliseconds: RaceTimes;
  /** Whether it was run at an earlier visit. */
  readonly remembered: boolean;
}

/** How long each backend runs passes, in milliseconds; it runs two at least. */
const patience = 25;

const defaultTokens = 128;

type Affine = EncoderWeights['blocks'][number]['attention']['query'];

/**
 * An encoder of a shape whose layers share their weights: a pass takes as long as that of one that has its own.
 *
 * @param own is told of every tensor
 */
const encoderOf = (
  { hiddenSize, intermediateSize, heads }: RaceShape,
  {
    tokens,
    layers,
    own,
  }: { readonly tokens: number; readonly layers: number; readonly own: <T extends Tensor>(tensor: T) => T },
): EncoderWeights => {
  // Nobody reads the numbers; that they differ keeps them in the range where arithmetic is fast.
  const numbers = (count: number): Float32Array =>
    Float32Array.from({ length: count }, (_, i) => ((i * 37) % 101) / 2000 - 0.025);
  const table = (rows: number, columns: number): Tensor2D => own(tf.tensor2d(numbers(rows * columns), [rows, columns]));
  const vector = (size: number): Tensor1D => own(tf.tensor1d(numbers(size)));
  const dense = (inputs: number, outputs: number): Affine => ({
    kernel: table(inputs, outputs),
    bias: vector(outputs),
  });
  const norm = { gain: vector(hiddenSize), bias: vector(hiddenSize) };
  const square = (): Affine => dense(hiddenSize, hiddenSize);
  const block = {
    attention: { query: square(), key: square(), value: square(), output: square(), norm },
    feedForward: {
      intermediate: dense(hiddenSize, intermediateSize),
      output: dense(intermediateSize, hiddenSize),
      norm,
    },
  };
  return {
    embeddings: { word: table(2, hiddenSize), position: table(tokens, hiddenSize), norm },
    blocks: Array.from({ length: layers }, () => block),
    heads,
    layerNormEpsilon: 1e-12,
  };
};

/**
 * What a pass of one text takes on the backend that runs: the shortest of some, after one that is not counted. Of deep models two layers are run,
 * and one, and the others reckoned from them.
 */
export const timePass = async (shape: RaceShape): Promise<number> => {
  const { encode } = await import('../encode.js');
  const { layers, tokens = defaultTokens } = shape;
  const ids = new Int32Array(tokens);
  const deepest = Math.min(layers, 2);
  const held: Tensor[] = [];
  const own = <T extends Tensor>(tensor: T): T => (held.push(tensor), tensor);
  const encoder = encoderOf(shape, { tokens, layers: deepest, own });
  const run = async (depth: number): Promise<number> => {
    const start = performance.now();
    const { hidden } = encode({ ...encoder, blocks: encoder.blocks.slice(0, depth) }, [{ ids }], { wanted: 'first' });
    await hidden.data();
    hidden.dispose();
    return performance.now() - start;
  };
  try {
    await run(deepest); // kernels are compiled
    let [one, two] = [Infinity, Infinity];
    for (const end = performance.now() + patience; one === Infinity || performance.now() < end;) {
      one = Math.min(one, await run(1));
      two = deepest === 1 ? one : Math.min(two, await run(deepest));
    }
    return one + (layers - 1) * Math.max(0, two - one);
  } finally {
    tf.dispose(held);
  }
};
