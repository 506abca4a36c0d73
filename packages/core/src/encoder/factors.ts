import type { Tensor2D } from '@tensorflow/tfjs';
import { CoreError } from '../errors.js';
import type { Ranks } from '../ranks.js';
import { rankOf } from '../ranks.js';
import type { AffineWeights, BlockWeights, EncoderWeights, FeedForwardWeights, WeightTree } from './weights.js';

/**
 * A matrix as the product of two. The factors are nested: the first k columns of `down` and the first k rows of `up` are the factors of
 * rank k.
 */
export interface MatrixFactors {
  /** [in, K] */
  readonly down: Tensor2D;
  /** [K, out] */
  readonly up: Tensor2D;
}

/** The factors of a layer's matrices; absent of those that have none. */
export interface BlockFactors {
  readonly attention: Readonly<Partial<Record<'query' | 'key' | 'value' | 'output', MatrixFactors>>>;
  /** Of the feed-forward blocks before the last, where there are such. */
  readonly between?: readonly FeedForwardFactors[] | undefined;
  readonly feedForward: FeedForwardFactors;
}

/** The factors of a feed-forward block. */
export type FeedForwardFactors = Readonly<Partial<Record<'intermediate' | 'linear' | 'output', MatrixFactors>>>;

/** The factors of an encoder's matrices, layer by layer. */
export interface EncoderFactors {
  readonly blocks: readonly BlockFactors[];
}

interface Shaped {
  readonly shape: readonly number[];
}

/** How an engine takes a part of a weight. */
export interface SliceFactors<Leaf> {
  /** The first columns: [in, K] -> [in, rank]. */
  down(factor: Leaf, rank: number): Leaf;
  /** The first rows: [K, out] -> [rank, out]. */
  up(factor: Leaf, rank: number): Leaf;
}

/** Inputs and outputs of a map. */
const sizesOf = <Leaf extends Shaped>(
  weights: WeightTree<AffineWeights | MatrixFactors, Leaf>,
): readonly (number | undefined)[] =>
  'kernel' in weights ? weights.kernel.shape : [weights.down.shape[0], weights.up.shape[1]];

/** The factors that an encoder is made of; none of the maps that are whole. */
export const factorsOf = <Leaf>({
  blocks,
}: Pick<WeightTree<EncoderWeights, Leaf>, 'blocks'>): WeightTree<EncoderFactors, Leaf> => {
  type Affine = WeightTree<AffineWeights, Leaf>;
  const of = <Name extends string>(
    name: Name,
    weights: Affine,
  ): Partial<Record<Name, WeightTree<MatrixFactors, Leaf>>> =>
    ('kernel' in weights ? {} : { [name]: { down: weights.down, up: weights.up } }) as Partial<
      Record<Name, WeightTree<MatrixFactors, Leaf>>
    >;
  const fed = ({ intermediate, linear, output }: WeightTree<FeedForwardWeights, Leaf>) => ({
    ...of('intermediate', intermediate),
    ...(linear && of('linear', linear)),
    ...of('output', output),
  });
  const found = blocks.map(({ attention, between, feedForward }: WeightTree<BlockWeights, Leaf>) => ({
    attention: {
      ...of('query', attention.query),
      ...of('key', attention.key),
      ...of('value', attention.value),
      ...of('output', attention.output),
    },
    ...(between && { between: between.map(fed) }),
    feedForward: fed(feedForward),
  }));
  return { blocks: found };
};

/**
 * An encoder that runs at ranks, on any engine: each matrix that is cheaper in factors as a part of its factors, the others as they are.
 *
 * @throws CoreError `OPERATING_POINT_INVALID` for ranks above those of the factors
 */
export const atRanks = <Leaf extends Shaped>(
  encoder: WeightTree<EncoderWeights, Leaf>,
  factors: WeightTree<EncoderFactors, Leaf>,
  ranks: Ranks,
  slice: SliceFactors<Leaf>,
): WeightTree<EncoderWeights, Leaf> => {
  type Affine = WeightTree<AffineWeights, Leaf>;
  const block = (own: WeightTree<BlockWeights, Leaf>, layer: number): WeightTree<BlockWeights, Leaf> => {
    const { attention, between, feedForward } = own;
    const of = factors.blocks[layer] as WeightTree<BlockFactors, Leaf>;
    const at = (kind: keyof Ranks, whole: Affine, found: WeightTree<MatrixFactors, Leaf> | undefined): Affine => {
      const share = ranks[kind][layer] as number;
      const [inputs = 0, outputs = 0] = sizesOf<Leaf>(found ?? whole);
      const rank = rankOf(share, inputs, outputs);
      if (rank === undefined) return whole;
      const most = found?.down.shape[1] ?? 0;
      if (found && rank <= most)
        return { down: slice.down(found.down, rank), up: slice.up(found.up, rank), bias: whole.bias };
      throw new CoreError(
        'OPERATING_POINT_INVALID',
        `The ranks ask for ${share} in "${kind}" of layer ${layer}, rank ${rank}, and the model has ${most === 0 ? 'no factors' : `factors of rank ${most}`} there. ` +
          'Ask for less, for 1 (the matrix as it is), or factorise the model again with larger ranks (lat factorise --rank).',
      );
    };
    const fed = (
      weights: WeightTree<FeedForwardWeights, Leaf>,
      parts: WeightTree<FeedForwardFactors, Leaf> = {},
    ): WeightTree<FeedForwardWeights, Leaf> => ({
      ...weights,
      intermediate: at('feedForward', weights.intermediate, parts.intermediate),
      ...(weights.linear && { linear: at('feedForward', weights.linear, parts.linear) }),
      output: at('feedForward', weights.output, parts.output),
    });
    return {
      ...own,
      attention: {
        ...attention,
        query: at('attention', attention.query, of.attention.query),
        key: at('attention', attention.key, of.attention.key),
        value: at('attention', attention.value, of.attention.value),
        output: at('attention', attention.output, of.attention.output),
      },
      ...(between && { between: between.map((weights, i) => fed(weights, of.between?.[i])) }),
      feedForward: fed(feedForward, of.feedForward),
    };
  };
  return { ...encoder, blocks: encoder.blocks.map(block) };
};
