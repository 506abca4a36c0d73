import { shownIds } from './kept-rows.js';
import { keptRows, mergedRows } from './token-picture.js';

/** A tokenizer of these tokens; special ones decode to nothing. */
const readerOf = (tokens: readonly string[], decoded: (token: string) => string) => ({
  tokenOf: (id: number) => tokens[id],
  decode: ([id = 0]: readonly number[]) => decoded(tokens[id] ?? ''),
});

test('tokens by their ids: pieces of a word together, special ones by their name, whatever marks a space', () => {
  const pieces = readerOf(['[CLS]', 'play', '##ing', ',', '[SEP]'], (token) => (token.startsWith('[') ? '' : token));
  expect(shownIds([0, 1, 2, 3, 4, 9], pieces)).toEqual([
    { shown: '[CLS]', spaced: false },
    { shown: 'play', spaced: true },
    { shown: 'ing', spaced: false },
    { shown: ',', spaced: true },
    { shown: '[SEP]', spaced: true },
    { shown: '#9', spaced: true },
  ]);
  for (const mark of ['\u0120', '\u2581']) {
    const marked = readerOf(['<s>', 'Play', 'ing', `${mark}well`, '</s>'], (token) =>
      token.startsWith('<') ? '' : token.replace(mark, ' '),
    );
    expect(shownIds([0, 1, 2, 3, 4], marked).map(({ shown, spaced }) => `${spaced ? ' ' : ''}${shown}`)).toEqual([
      '<s>',
      'Play',
      'ing',
      ' well',
      ' </s>',
    ]);
  }
});

test('rows of what each layer kept, and of what became one in it', () => {
  const traced = {
    tokens: ['a', 'b', 'c', 'd'].map((shown) => ({ shown, spaced: true })),
    layers: [
      [0, 2, 3],
      [0, 2, 3],
      [0, 3],
    ],
    skip: [1],
    mergedInto: [
      [0, 2, 2, 3],
      [0, 2, 2, 3],
      [0, 3, 3, 3],
    ],
  };
  expect(keptRows(traced)).toEqual([
    { name: 'text', kept: new Set([0, 1, 2, 3]) },
    { name: 'layer 1', kept: new Set([0, 2, 3]) },
    { name: 'layer 2, left out', kept: new Set([0, 2, 3]) },
    { name: 'layer 3', kept: new Set([0, 3]) },
  ]);
  expect(mergedRows(traced)).toEqual([
    { name: 'layer 1', groups: ['b c'] },
    { name: 'layer 3', groups: ['b c d'] },
  ]);
  expect(mergedRows({ ...traced, mergedInto: undefined })).toEqual([]);
});
