import { displayWidth, formatRow, shownTokens, wrapTokens } from './kept-rows.js';

const tokens = [
  { shown: '[CLS]', spaced: false },
  { shown: '映画', spaced: true },
  { shown: 'play', spaced: true },
  { shown: 'ing', spaced: false },
];

test('dropped tokens take the columns that they had', () => {
  expect(formatRow(tokens, [0, 1, 2, 3], new Set([0, 1, 2, 3]))).toBe('[CLS] 映画 playing');
  expect(formatRow(tokens, [0, 1, 2, 3], new Set([0, 3]))).toBe('[CLS] ···· ····ing');
  expect(formatRow(tokens, [0, 1, 2, 3], new Set([0]), (text) => `<${text}>`)).toBe('[CLS] <映画> <play><ing>');
});

test('rows are wrapped between tokens', () => {
  expect(wrapTokens(tokens, 11)).toEqual([
    [0, 1],
    [2, 3],
  ]);
  expect(wrapTokens(tokens, Infinity)).toEqual([[0, 1, 2, 3]]);
  expect(wrapTokens(tokens, 1)).toEqual([[0], [1], [2], [3]]);
});

test('tokens stand as in the text: case kept, pieces of a word together, no control characters', () => {
  const texts = ['Playing\x1b[31m', 'Fin'];
  const encoding = {
    ids: [1, 2, 3, 4, 5],
    typeIds: [0, 0, 0, 0, 1],
    tokens: ['[CLS]', 'play', '##ing', '[SEP]', 'fin'],
    offsets: [null, [0, 4], [4, 8], null, [0, 3]] as const,
    sequenceIds: [null, 0, 0, null, 1] as (0 | 1 | null)[],
    truncated: false,
  };
  expect(shownTokens({ ...encoding, offsets: [...encoding.offsets] }, texts)).toEqual([
    { shown: '[CLS]', spaced: false },
    { shown: 'Play', spaced: true },
    { shown: 'ing ', spaced: false },
    { shown: '[SEP]', spaced: true },
    { shown: 'Fin', spaced: true },
  ]);
});

test.each([
  ['a', 1],
  ['映', 2],
  ['🎬', 2],
  ['e\u0301', 1],
])('%s is %d wide', (text, width) => expect(displayWidth(text)).toBe(width));
