import { createRandom, shuffled } from '@length-adaptive/core';
import type { Mail } from './read-mails.js';

/**
 * Parts of so many mails each, half of them spam, no mail in two of them.
 *
 * @param sizes even numbers; where there are fewer mails, all parts are smaller alike
 */
export const splitMails = <Name extends string>(
  mails: readonly Mail[],
  sizes: Readonly<Record<Name, number>>,
  seed: number,
): Record<Name, Mail[]> => {
  const random = createRandom(seed);
  const of = (label: Mail['label']): Mail[] =>
    shuffled(
      mails.filter((mail) => mail.label === label),
      random,
    );
  const [wanted, spam] = [of('wanted'), of('spam')];
  const names = Object.keys(sizes) as Name[];
  const asked = names.reduce((sum, name) => sum + sizes[name] / 2, 0);
  const share = Math.min(1, wanted.length / asked, spam.length / asked);
  let start = 0;
  const parts = names.map((name): [Name, Mail[]] => {
    const end = start + Math.floor((share * sizes[name]) / 2);
    const both = [...wanted.slice(start, end), ...spam.slice(start, end)];
    start = end;
    return [name, shuffled(both, random)];
  });
  return Object.fromEntries(parts) as Record<Name, Mail[]>;
};
