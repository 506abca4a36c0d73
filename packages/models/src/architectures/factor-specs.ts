import type {
  AffineWeights,
  EncoderFactors,
  EncoderWeights,
  FeedForwardFactors,
  FeedForwardWeights,
  MatrixFactors,
} from '@length-adaptive/core';
import type { Ranks } from '@length-adaptive/core/lengths';
import { rankOf } from '@length-adaptive/core/lengths';
import type { SpecTree } from './parameter-specs.js';
import { usedShape } from './parameter-specs.js';

/** The name that the factors of a matrix begin with. */
const baseOf = (name: string): string => name.replace(/\.weight$/, '');

/** Names of the factors of a matrix. */
export const factorNames = (kernel: string): { readonly down: string; readonly up: string } => ({
  down: `${baseOf(kernel)}.down`,
  up: `${baseOf(kernel)}.up`,
});

/** The name of the matrix whose factor has a name; undefined for what is no factor that goes down. */
export const matrixOf = (down: string): string | undefined =>
  down.endsWith('.down') ? `${down.slice(0, -'.down'.length)}.weight` : undefined;

/** The factors of a matrix at a share of its break-even rank; undefined where it has none. */
const factorsAt = (weights: SpecTree<AffineWeights>, share: number): SpecTree<MatrixFactors> | undefined => {
  if (!('kernel' in weights)) return undefined;
  const [inputs = 0, outputs = 0] = usedShape(weights.kernel);
  const rank = rankOf(share, inputs, outputs);
  const { down, up } = factorNames(weights.kernel.name);
  return rank === undefined
    ? undefined
    : { down: { name: down, shape: [inputs, rank] }, up: { name: up, shape: [rank, outputs] } };
};

/** Where the factors of an encoder stand, of given ranks. */
export const factorSpecs = (
  { blocks }: Pick<SpecTree<EncoderWeights>, 'blocks'>,
  ranks: Ranks,
): SpecTree<EncoderFactors> => ({
  blocks: blocks.map(({ attention, between, feedForward }, layer) => {
    const at = <Name extends string>(
      name: Name,
      weights: SpecTree<AffineWeights>,
      shares: readonly number[],
    ): Readonly<Partial<Record<Name, SpecTree<MatrixFactors>>>> => {
      const found = factorsAt(weights, shares[layer] as number);
      return (found === undefined ? {} : { [name]: found }) as Partial<Record<Name, SpecTree<MatrixFactors>>>;
    };
    const fed = ({ intermediate, linear, output }: SpecTree<FeedForwardWeights>): SpecTree<FeedForwardFactors> => ({
      ...at('intermediate', intermediate, ranks.feedForward),
      ...(linear && at('linear', linear, ranks.feedForward)),
      ...at('output', output, ranks.feedForward),
    });
    return {
      attention: {
        ...at('query', attention.query, ranks.attention),
        ...at('key', attention.key, ranks.attention),
        ...at('value', attention.value, ranks.attention),
        ...at('output', attention.output, ranks.attention),
      },
      ...(between && { between: between.map(fed) }),
      feedForward: fed(feedForward),
    };
  }),
});
