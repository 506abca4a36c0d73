import fc from 'fast-check';
import { otherNames, partsOf } from './entities.js';

const text = 'Ada Lovelace met Babbage in London.';
const entity = (name: string, type: string) => {
  const start = text.indexOf(name);
  return { text: name, type, start, end: start + name.length, score: 1 };
};
const [ada, babbage, london] = [entity('Ada Lovelace', 'person'), entity('Babbage', 'person'), entity('London', 'location')] as const; // prettier-ignore

test('a text comes apart at its names', () => {
  expect(partsOf(text, [london, ada])).toEqual([
    { text: 'Ada Lovelace', type: 'person' },
    { text: ' met Babbage in ' },
    { text: 'London', type: 'location' },
    { text: '.' },
  ]);
  expect(partsOf(text, [])).toEqual([{ text }]);
  expect(partsOf('', [])).toEqual([]);
});

test('the parts of any text are the text', () => {
  const spans = fc
    .uniqueArray(fc.nat(40), { minLength: 2, maxLength: 8 })
    .map((places) => places.sort((a, b) => a - b).flatMap((start, i) => (i % 2 === 0 ? [[start, places[i + 1] ?? start] as const] : []))); // prettier-ignore
  fc.assert(
    fc.property(fc.string({ minLength: 41 }), spans, (own, found) => {
      const entities = found.map(([start, end]) => ({ text: own.slice(start, end), type: 'x', start, end, score: 1 }));
      const parts = partsOf(own, entities);
      expect(parts.map((part) => part.text).join('')).toBe(own);
      expect(parts.filter(({ type }) => type).map((part) => part.text)).toEqual(
        entities.filter(({ start, end }) => end > start).map((one) => one.text),
      );
    }),
  );
});

test('what the full length finds otherwise is said by name', () => {
  expect(otherNames([ada, london], [ada, london])).toBeUndefined();
  expect(otherNames([], [])).toBeUndefined();
  expect(otherNames([ada], [ada, babbage, london])).toBe(
    'At full length it also finds Babbage (person), London (location)',
  );
  expect(otherNames([ada, london], [ada])).toBe('At full length it does not find London (location)');
  expect(otherNames([ada, { ...babbage, type: 'group' }], [ada, babbage])).toBe(
    'At full length it also finds Babbage (person) and does not find Babbage (group)',
  );
});
