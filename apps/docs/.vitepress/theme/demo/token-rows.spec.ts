import { tokenRows } from './token-rows.js';

const encoding = {
  ids: [2, 5, 6, 7, 3],
  typeIds: [0, 0, 0, 0, 0],
  tokens: ['[CLS]', 'a', 'fine', 'film', '[SEP]'],
  offsets: [null, [0, 1], [2, 6], [7, 11], null],
  sequenceIds: [null, 0, 0, 0, null],
  wordIds: [null, 0, 1, 2, null],
} as unknown as Parameters<typeof tokenRows>[0]['encoding'];
const layers = [
  [0, 1, 2, 4],
  [0, 1, 4],
];

test('of tokens that merge each that stays says what it stands for', () => {
  const mergedInto = [
    [0, 1, 2, 2, 4],
    [0, 1, 1, 1, 4],
  ];
  const [text, first, second] = tokenRows({ encoding, layers, mergedInto }, ['a fine film']);
  expect(text?.tokens.every(({ standsFor }) => standsFor === undefined)).toBe(true);
  expect(first?.tokens.map(({ standsFor }) => standsFor)).toEqual([
    undefined,
    undefined,
    ['fine', 'film'],
    undefined,
    undefined,
  ]);
  expect(second?.tokens[1]).toMatchObject({ state: 'kept', standsFor: ['a', 'fine', 'film'] });
  expect(second?.tokens.map(({ state }) => state)).toEqual(['kept', 'kept', 'leaving', 'gone', 'kept']);
});

test('of tokens that just leave none stands for others', () => {
  for (const row of tokenRows({ encoding, layers }, ['a fine film']))
    expect(row.tokens.every((token) => !('standsFor' in token))).toBe(true);
});
