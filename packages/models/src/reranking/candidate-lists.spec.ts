import { tinyVocabulary } from '../testing/tiny-model.js';
import { createTokenizer } from '../tokenizer/tokenizer.js';
import { adaptationBatches } from '../training/adaptation/adaptation-batches.js';
import { createBm25 } from './bm25.js';
import { candidateLists, encodeLists } from './candidate-lists.js';

const corpus = [
  { title: 'Red cats', text: 'a cat that is red. It sleeps.' },
  { title: '', text: 'a dog and a cat. They run.' },
  { text: 'a red dog runs and runs. It is red.' },
  { text: 'nothing else!' },
];

test('BM25 by its formula, k1 0.9 and b 0.4: rare words count, long texts less; ties in the order of the texts', () => {
  const index = createBm25(['red cat', 'red red dog dog', 'cat cat fox']);
  // "fox" is in one of three texts of 3 words on average: only that is found.
  expect(index.search('Fox?', 5)).toEqual([2]);
  // "red": tf 1 in 2 words, 1 * 1.9 / (1 + 0.9 (0.6 + 0.4 * 2/3)) = 1.067; tf 2 in 4 words, 2 * 1.9 / (2 + 0.9 (0.6 + 0.4 * 4/3)) = 1.259
  expect(index.search('red', 5)).toEqual([1, 0]);
  // "cat dog": text 1 has the rare word twice: 0.98 * 1.259 = 1.23; texts 0 and 2 have "cat": 0.47 * 1.067 and 0.47 * 1.310
  expect(index.search('cat dog', 5)).toEqual([1, 2, 0]);
  expect(createBm25(['a b', 'a b']).search('a', 5)).toEqual([0, 1]);
  expect(index.search('red cat dog', 2)).toHaveLength(2);
});

test('queries are the titles, else first sentences; what finds fewer than two documents is left out', () => {
  const lists = candidateLists(corpus, { candidates: 2 });
  expect(lists.map(({ query }) => query)).toEqual(['Red cats', 'a dog and a cat.', 'a red dog runs and runs.']);
  const wide = candidateLists(corpus, { candidates: 3 });
  expect(wide[1]?.documents).toHaveLength(3);
  expect(candidateLists(corpus, { queries: ['red', 'fox'] })).toEqual([
    { query: 'red', documents: [corpus[2]?.text, corpus[0]?.text] },
  ]);
  expect(() => candidateLists(corpus, { candidates: 1 })).toThrow(
    expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringContaining('candidates is 1') }),
  );
});

test('lists become inputs of a query with a document each, and batches hold whole lists', () => {
  const tokenizer = createTokenizer({ 'vocab.txt': new TextEncoder().encode(tinyVocabulary.join('\n')) });
  const lists = Array.from({ length: 9 }, (_, i) => ({
    query: 'a film',
    documents: Array.from({ length: 3 }, () => 'the '.repeat(i + 1).trim()),
  }));
  const inputs = encodeLists(tokenizer, lists, { maxLength: 9 });
  expect(inputs).toHaveLength(27);
  expect(inputs.map(({ list }) => list)).toEqual(Array.from({ length: 27 }, (_, i) => Math.floor(i / 3)));
  expect(Math.max(...inputs.map(({ input }) => input.ids.length))).toBeLessThanOrEqual(9);

  const batches = adaptationBatches(inputs, 7, 42, 0);
  expect(batches.flat()).toHaveLength(27);
  for (const batch of batches) {
    const whole = new Set(batch.map(({ list }) => list));
    expect(batch).toHaveLength(3 * whole.size);
    expect(batch.length).toBeLessThanOrEqual(7);
  }
  expect(adaptationBatches(inputs, 7, 42, 0)).toEqual(batches);
  expect(adaptationBatches(inputs, 7, 42, 1)).not.toEqual(batches);
  expect(adaptationBatches(inputs, 2, 42, 0)).toHaveLength(9); // a list that is larger than a batch is one
});
