import { CoreError } from './errors.js';

/**
 * How large the factors of an encoder's matrices are, for each layer as a share of the break-even rank, in (0, 1]: at the share s a matrix
 * [in, out] runs as two of rank `floor(s * in * out / (in + out))`, which is at most s of its multiplications. At 1 it runs as it is.
 */
export interface Ranks {
  /** Of queries, keys, values and what attention gives, layer by layer. */
  readonly attention: readonly number[];
  /** Of both matrices of the feed-forward block, layer by layer. */
  readonly feedForward: readonly number[];
}

/** The two kinds of matrices that have shares of their own. */
export const rankKinds = ['attention', 'feedForward'] as const;

/** Slack for shares that came from a division. */
const slack = 1e-6;

/** The rank at which two factors multiply as much as the matrix: in * out / (in + out). */
export const breakEvenRank = (inputs: number, outputs: number): number => (inputs * outputs) / (inputs + outputs);

/**
 * The rank that a matrix [inputs, outputs] runs at, at a share of its break-even rank; undefined where factors would not be cheaper than
 * the matrix itself, which then runs as it is.
 *
 * @example
 * rankOf(0.5, 384, 384); // 96
 * rankOf(1, 384, 384); // undefined: dense
 */
export const rankOf = (share: number, inputs: number, outputs: number): number | undefined => {
  if (share >= 1) return undefined;
  const rank = Math.max(1, Math.floor(share * breakEvenRank(inputs, outputs) + slack));
  return rank * (inputs + outputs) < inputs * outputs ? rank : undefined;
};

/** Multiplications of a token with a matrix [inputs, outputs] at a rank share. */
export const matrixMacs = (share: number, inputs: number, outputs: number): number => {
  const rank = rankOf(share, inputs, outputs);
  return rank === undefined ? inputs * outputs : rank * (inputs + outputs);
};

/** The same share for every matrix of a model of `layers` layers. */
export const uniformRanks = (layers: number, share: number): Ranks => ({
  attention: new Array<number>(layers).fill(share),
  feedForward: new Array<number>(layers).fill(share),
});

/** Whether every matrix runs as it is. */
export const areFullRanks = ({ attention, feedForward }: Ranks): boolean =>
  [...attention, ...feedForward].every((share) => share === 1);

/**
 * Checks ranks and returns them.
 *
 * @param layers when given, the number of layers they must have
 * @throws CoreError `OPERATING_POINT_INVALID`
 */
export const validateRanks = (ranks: Ranks, layers?: number): Ranks => {
  const fail = (problem: string): never => {
    throw new CoreError(
      'OPERATING_POINT_INVALID',
      `Ranks ${JSON.stringify(ranks)}: ${problem}. Expected { "attention": [...], "feedForward": [...] } with a share of the break-even rank for each layer, above 0 and at most 1, where 1 runs the matrix as it is.`,
    );
  };
  const given: unknown = ranks;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return fail('expected an object');
  const unknown = Object.keys(given).find((key) => !rankKinds.some((kind) => kind === key));
  if (unknown !== undefined) return fail(`the field "${unknown}" is not known`);
  const expected = layers ?? (Array.isArray(ranks.attention) ? ranks.attention.length : 0);
  for (const kind of rankKinds) {
    const shares: unknown = ranks[kind];
    if (!Array.isArray(shares) || shares.length === 0) return fail(`"${kind}" is no list of shares`);
    if (shares.length !== expected)
      return fail(
        layers === undefined
          ? `"attention" has ${expected} entries and "${kind}" ${shares.length}`
          : `"${kind}" has ${shares.length} entries for a model of ${layers} layers`,
      );
    const wrong = shares.findIndex((share) => !(typeof share === 'number' && share > 0 && share <= 1));
    if (wrong >= 0) return fail(`"${kind}" has ${JSON.stringify(shares[wrong])} at layer ${wrong}`);
  }
  return ranks;
};

/** Ranks as short text for people: one share where all are the same, else those of every layer with two decimals. */
export const formatRanks = ({ attention, feedForward }: Ranks): string => {
  const list = (shares: readonly number[]): string => shares.map((share) => share.toFixed(2)).join(' ');
  const of = (shares: readonly number[]): string =>
    shares.every((share) => share === shares[0]) ? (shares[0] ?? 1).toFixed(2) : list(shares);
  const [first, second] = [of(attention), of(feedForward)];
  return first === second ? first : `attention ${first}, feed-forward ${second}`;
};
