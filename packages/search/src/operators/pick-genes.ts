import { SearchError } from '../errors.js';
import type { Random } from '../random.js';

/** The genes that mutate: each with `probability`, default 1 / length; if chance picks none, any one of them. */
export const pickGenes = (length: number, random: Random, probability = 1 / length): readonly number[] => {
  const picked: number[] = [];
  for (let i = 0; i < length; i += 1) if (random.next() < probability) picked.push(i);
  if (picked.length === 0 && length > 0) picked.push(random.integer(0, length - 1));
  return picked;
};

/** @throws SearchError `INVALID_OPTION` unless `probability` is one, or left out */
export const checkProbability = (probability: number | undefined): void => {
  if (probability !== undefined && !(probability >= 0 && probability <= 1)) {
    throw new SearchError('INVALID_OPTION', `probability is ${probability}: expected a number from 0 to 1.`);
  }
};
