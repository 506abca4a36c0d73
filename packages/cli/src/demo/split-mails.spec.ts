import * as fc from 'fast-check';
import type { Mail } from './read-mails.js';
import { splitMails } from './split-mails.js';

const mails = (wanted: number, spam: number): Mail[] =>
  Array.from({ length: wanted + spam }, (_, i) => ({ text: `mail ${i}`, label: i < wanted ? 'wanted' : 'spam' }));

test('half of every part is spam, no mail is in two, and the seed decides', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 30 }),
      fc.nat(),
      (wanted, spam, first, second, seed) => {
        const sizes = { first: 2 * first, second: 2 * second };
        const parts = splitMails(mails(wanted, spam), sizes, seed);
        const all = [...parts.first, ...parts.second].map(({ text }) => text);
        expect(new Set(all).size).toBe(all.length);
        for (const [name, part] of Object.entries(parts)) {
          expect(part.filter(({ label }) => label === 'spam')).toHaveLength(part.length / 2);
          expect(part.length).toBeLessThanOrEqual(sizes[name as keyof typeof sizes]);
        }
        if (Math.min(wanted, spam) >= first + second) expect(all).toHaveLength(2 * (first + second));
        expect(splitMails(mails(wanted, spam), sizes, seed)).toEqual(parts);
      },
    ),
  );
});
