import { sequenceClassification } from '../tasks/sequence-classification.js';
import { regression } from '../tasks/regression.js';
import { rerank } from '../tasks/rerank.js';
import { questionAnswering } from '../tasks/question-answering.js';
import { tokenClassification } from '../tasks/token-classification.js';
import { withRanking } from '../folder/ranking.js';
import { firstText } from './first-text.js';
import { secondText } from './second-text.js';
import { choosePrior, resolvePrior, withPriors } from './prior-settings.js';

// [CLS] 7 8 [SEP] 1 2 3 [SEP]
const input = { ids: [101, 7, 8, 102, 1, 2, 3, 102], typeIds: [0, 0, 0, 0, 1, 1, 1, 1] };

test('the first text and the special tokens are above everything, the second is left to the reducer', () => {
  expect(Array.from(firstText(input))).toEqual([1e5, 1e5, 1e5, 1e5, 0, 0, 0, 1e5]);
  expect(withPriors({ name: 'first-text', layers: 2 }, [input])[0]?.prior).toEqual(firstText(input));
});

test('or the other way round', () => {
  expect(Array.from(secondText(input))).toEqual([1e5, 0, 0, 1e5, 1e5, 1e5, 1e5, 1e5]);
  expect(withPriors({ name: 'second-text', layers: 2 }, [input])[0]?.prior).toEqual(secondText(input));
  expect(Array.from(secondText({ ids: [101, 7, 102], typeIds: [0, 0, 0] }))).toEqual([0, 0, 0]);
});

test('of one text, and without segments, there is nothing to rank', () => {
  expect(Array.from(firstText({ ids: [101, 7, 102], typeIds: [0, 0, 0] }))).toEqual([0, 0, 0]);
  expect(Array.from(firstText({ ids: [101, 7, 102, 7, 102] }))).toEqual([0, 0, 0, 0, 0]);
});

test('of a pair without segments the second text begins behind two separators', () => {
  const ids = [0, 7, 8, 2, 2, 1, 3, 2];
  expect(Array.from(firstText({ ids, typeIds: ids.map(() => 0) }))).toEqual([1e5, 1e5, 1e5, 1e5, 1e5, 0, 0, 1e5]);
});

test('it ranks in all layers, of every task that reads two texts', () => {
  const expected = { name: 'first-text', layers: 6 };
  for (const task of [rerank(), regression(), questionAnswering()])
    expect(resolvePrior({ name: 'first-text' }, { task, layers: 6 })).toEqual(expected);
  expect(resolvePrior({ name: 'second-text' }, { task: sequenceClassification(['a', 'b']), layers: 6 })).toEqual({
    name: 'second-text',
    layers: 6,
  });
  expect(resolvePrior({ name: 'question-overlap' }, { task: questionAnswering(), layers: 6 })).toMatchObject({
    layers: 4,
  });
  expect(() => resolvePrior({ name: 'first-text' }, { task: tokenClassification(['O']), layers: 6 })).toThrow(
    expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringMatching(/of the second of two texts/) }),
  );
});

test('a reranker goes by the words of its query unless somebody says otherwise, and a folder can say so', () => {
  const task = rerank();
  expect(choosePrior(undefined, undefined, task)).toEqual({ name: 'question-overlap' });
  expect(choosePrior(undefined, { name: 'first-text' }, task)).toEqual({ name: 'first-text' });
  expect(choosePrior('none', undefined, task)).toBeUndefined();
  expect(choosePrior(undefined, { name: 'none' }, task)).toBeUndefined();
  const reducer = { name: 'attention' };
  expect(withRanking(undefined, { reducer, task })).toMatchObject({ prior: { name: 'none' } });
  expect(withRanking(undefined, { reducer, task: regression() })).toBeUndefined();
});
