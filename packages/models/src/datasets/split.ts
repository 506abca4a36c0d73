import { ModelError } from '../errors.js';
import type { Example } from './dataset.js';

/** How to split. */
export interface SplitOptions {
  /** Numbers in [0, 1), from a seeded generator: the same numbers give the same split. */
  readonly random: () => number;
  /** Give every part the same mix of classes. Default true; numeric labels are never mixed by value. */
  readonly stratify?: boolean;
}

const shuffled = <T>(items: readonly T[], random: () => number): T[] => {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    [out[i], out[j]] = [out[j] as T, out[i] as T];
  }
  return out;
};

const classOf = ({ label, labels }: Example): string => (typeof label === 'string' ? label : (labels?.join('|') ?? ''));

/**
 * Splits examples into named parts by shares that sum to at most 1; what is beyond the shares is in no part. Every part
 * keeps the order of the file.
 *
 * @throws ModelError `OPTION_INVALID` when shares are not positive or sum to more than 1
 * @example
 * const { train, dev } = splitExamples(examples, { train: 0.8, dev: 0.2 }, { random });
 */
export const splitExamples = <E extends Example, P extends string>(
  examples: readonly E[],
  shares: Readonly<Record<P, number>>,
  { random, stratify = true }: SplitOptions,
): Record<P, E[]> => {
  const names = Object.keys(shares) as P[];
  const total = names.reduce((sum, name) => sum + shares[name], 0);
  if (!names.every((name) => shares[name] > 0) || total > 1 + 1e-9) {
    throw new ModelError('OPTION_INVALID', `Shares ${JSON.stringify(shares)}: expected positive numbers that sum to at most 1.`);
  }
  const order = shuffled([...examples.keys()], random);
  const keyed = order.map((at) => ({ at, key: stratify ? classOf(examples[at] as E) : '' }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  // Class after class, each example goes to the part that is furthest behind its share.
  const targets = [...names.map((name) => shares[name]), Math.max(0, 1 - total)];
  const members = targets.map((): number[] => []);
  keyed.forEach(({ at }, i) => {
    const behind = targets.map((share, part) => share * (i + 1) - (members[part]?.length ?? 0));
    members[behind.indexOf(Math.max(...behind))]?.push(at);
  });
  const parts = names.map((name, part) => [name, (members[part] ?? []).sort((a, b) => a - b).map((at) => examples[at] as E)] as const);
  return Object.fromEntries(parts) as Record<P, E[]>;
};
