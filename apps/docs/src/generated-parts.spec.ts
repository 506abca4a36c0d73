import { resultFigures, withFigures } from '../.vitepress/result-figures.js';
import { formatValue } from './format.js';
import { generatedParts } from './generated-parts.js';
import { readExample } from './recorded.js';
import { macsOf, resultNames, rowOf } from './results.js';
import { otherResults } from './tables.js';
import { layersStayed } from './figures/travel.js';

test('the same sources give the same parts, and a figure is one line, for a blank one would end it', () => {
  const parts = generatedParts();
  expect(generatedParts()).toEqual(parts);
  for (const [name, text] of Object.entries(parts)) {
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
    if (name.startsWith('figure-')) expect(text.split('\n')).toHaveLength(1);
  }
});

test('a benchmark that the page does not include has a section of its own', () => {
  const page = resultNames().filter((name) => name !== 'wasm').map((name) => `<!--@include: ../generated/results-${name}.md-->`).join(''); // prettier-ignore
  expect(otherResults(page)).toMatch(/^## wasm\n\n```sh\nnpm run bench -- wasm\n```\n\n\| figure/);
});

test('the recorded example is one run of a model: each layer lets through some of what entered it', () => {
  const example = readExample();
  expect(example.significance.map((scores) => scores.length)).toEqual([example.tokens.length, ...example.layers.slice(0, -1).map((kept) => kept.length)]);
  example.layers.forEach((kept, i) => kept.forEach((position) => expect(i === 0 || example.layers[i - 1]?.includes(position)).toBe(true)));
  expect(layersStayed(example)[0]).toBe(example.encoder.layers); // [CLS]
});

test('prose quotes figures by their id', () => {
  const row = rowOf('imdb.best_at_half');
  expect(withFigures('a @[imdb.best_at_half percent] b @[imdb.best_at_half macs]')).toBe(`a ${(100 * row.value).toFixed(1)}\u00a0% b ${macsOf(row).toFixed(2)}x`);
  expect(withFigures('@[demo-model.sentiment.full.accuracy percent]')).toBe(`${(100 * rowOf('demo-model.sentiment.full.accuracy').value).toFixed(1)}\u00a0%`); // a name with a hyphen
  expect(() => withFigures('@[imdb.worst percent]')).toThrow('no row "imdb.worst"');
  expect(() => withFigures('@[imdb.full promille]')).toThrow('"promille"');
  expect(resultFigures).toBeInstanceOf(Function);
});

test.each([
  [{ value: 0.8775, unit: 'accuracy' }, '87.8\u00a0% accuracy'],
  [{ value: 2.0976, unit: 'times faster than full length' }, '2.10x faster than full length'],
  [{ value: 242568.059, unit: 'evaluations/s' }, '242,568 evaluations/s'],
  [{ value: 748.196, unit: 'ms' }, '748.2 ms'],
  [{ value: 0, unit: 'answers with 5xx or none' }, '0 answers with 5xx or none'],
  [{ value: 0.18751, unit: 'ms' }, '0.1875 ms'],
])('%j is written %s', (row, text) => {
  expect(formatValue(row)).toBe(text);
});
