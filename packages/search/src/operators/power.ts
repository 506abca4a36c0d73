import { SearchError } from '../errors.js';

/** `base ** exponent`; by squaring for the usual whole exponents, which is faster and the same on every engine. */
export const power = (base: number, exponent: number): number => {
  if (!Number.isInteger(exponent)) return base ** exponent;
  let result = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return result;
};

/** `base ** (1 / degree)` of a number that is not negative, in half the time. */
export const root = (base: number, degree: number): number => Math.exp(Math.log(base) / degree);

/** @throws SearchError `INVALID_OPTION` unless `eta` can be the index of a distribution */
export const checkEta = (eta: number): void => {
  if (!(eta >= 0 && Number.isFinite(eta))) {
    throw new SearchError(
      'INVALID_OPTION',
      `eta is ${eta}: expected a finite number >= 0. 20 is usual; larger makes smaller steps.`,
    );
  }
};
