import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { tinyVocabulary } from '../testing/tiny-model.js';
import { createTokenizer } from './tokenizer.js';
import { readTokenizerDefinition } from './tokenizer-json.js';
import { openTokenizerLibrary } from './tokenizer-library.js';
import { wordPieceMaker } from './word-pieces.js';

test('words are remembered, sentences without spaces are not', () => {
  const file = readFileSync(join(__dirname, '../../fixtures/subwords/unigram/tokenizer.json'));
  const definition = readTokenizerDefinition({ 'tokenizer.json': file });
  const piecesOf = wordPieceMaker(openTokenizerLibrary(definition), definition);
  const sentence = '你好世界'.repeat(10);
  expect(piecesOf('▁hello')).toBe(piecesOf('▁hello'));
  expect(piecesOf(sentence)).not.toBe(piecesOf(sentence));
  expect(piecesOf(sentence)).toEqual(piecesOf(sentence));
});

test('a text is let go, though a word of it is remembered', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const megabytes = (): number => {
    collect();
    return process.memoryUsage().heapUsed / 1e6;
  };
  const tokenizer = createTokenizer({ 'vocab.txt': new TextEncoder().encode(tinyVocabulary.join('\n')) });
  const read = (nth: number): number =>
    tokenizer.encode(`${String(nth).padStart(24, 'abcdefghijklmnopqrst')}${' '.repeat(500_000)}end`).ids.length;
  read(0);
  const before = megabytes();
  for (let nth = 1; nth <= 60; nth++) read(nth);
  expect(megabytes() - before).toBeLessThan(10); // of 30
});
