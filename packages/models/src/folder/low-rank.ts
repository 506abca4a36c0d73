import type { OperatingPoint } from '@length-adaptive/core/lengths';
import { CoreError, ranksKey, uniformRanks, validateRanks } from '@length-adaptive/core/lengths';
import type { Ranks } from '@length-adaptive/core/lengths';
import { isRecord } from '../sources/json-record.js';

/** The factors of a model's matrices, beside its weights: `NAME.down` [in, rank] and `NAME.up` [rank, out] of the matrix `NAME.weight`. */
export const lowRankFileName = 'low_rank.safetensors';

/**
 * What `length_adaptive.json` says of the factors in `low_rank.safetensors`.
 */
export interface LowRankRecord {
  /**
   * What the model is made of. `matrices`: of its matrices, as they were trained; factors are beside them for points with ranks. `factors`:
   * of its factors; the matrices in its weights are their products, for tools that know of no factors.
   */
  readonly model: 'matrices' | 'factors';
  /** The largest that points may ask for; 1 where a matrix has no factors. */
  readonly ranks: Ranks;
  /** How the factors were found: what they are near in, and the texts' tokens. */
  readonly method?: string;
  readonly tokens?: number;
  readonly [more: string]: unknown;
}

/** What is wrong with a record of factors; undefined when nothing is. */
export const lowRankProblem = (record: unknown): string | undefined => {
  if (!isRecord(record)) return 'is not an object';
  const { model, ranks } = record;
  if (model !== 'matrices' && model !== 'factors')
    return `has model ${JSON.stringify(model)}, expected "matrices" or "factors"`;
  try {
    validateRanks(ranks as Ranks);
  } catch (error) {
    return `has other ranks than expected. ${(error as CoreError).message}`;
  }
  return undefined;
};

/** What a model that runs can choose among. */
export interface RankedModel {
  /** The largest ranks that points may ask for; absent where there is nothing to choose. */
  readonly largestRanks?: Ranks | undefined;
  /** With the ranks that the model itself has, where it is made of factors. */
  readonly dimensions: { readonly layers: number; readonly ranks?: Ranks | undefined };
}

/** Slack for shares that came from a division. */
const slack = 1e-9;

/**
 * Checks that a model can run the ranks of a point, and returns the point.
 *
 * @throws CoreError `OPERATING_POINT_INVALID`
 */
export const checkRanks = (point: OperatingPoint, { largestRanks, dimensions }: RankedModel): OperatingPoint => {
  const { ranks } = point;
  if (ranks === undefined) return point;
  const fail = (problem: string): never => {
    throw new CoreError('OPERATING_POINT_INVALID', problem);
  };
  const { layers, ranks: own } = dimensions;
  validateRanks(ranks, layers);
  if (ranksKey(ranks) === ranksKey(own ?? uniformRanks(layers, 1))) return point;
  if (!largestRanks)
    return fail(
      own
        ? `The model runs at the ranks ${ranksKey(own)} and no others, and the point asks for ${ranksKey(ranks)}. Leave ranks out, or export the model at others.`
        : `The point asks for ${ranksKey(ranks)}, and the model has no factors. Leave ranks out, or make factors of its matrices (lat factorise).`,
    );
  for (const kind of ['attention', 'feedForward'] as const)
    ranks[kind].forEach((share, layer) => {
      const most = largestRanks[kind][layer] as number;
      const isWhole = share === 1 && (own?.[kind][layer] ?? 1) === 1;
      if (isWhole || (most < 1 && share <= most + slack)) return;
      const whole = (own?.[kind][layer] ?? 1) === 1 ? ', or 1 for the matrix as it is' : '';
      fail(
        most < 1
          ? `The ranks ask for ${share} in "${kind}" of layer ${layer}, and its factors go up to ${most}. Ask for at most that${whole}; or factorise the model again with larger ranks (lat factorise --rank).`
          : `The ranks ask for ${share} in "${kind}" of layer ${layer}, which has no factors. Ask for 1, or factorise those too (lat factorise).`,
      );
    });
  return point;
};
