import { encodeSentences } from './encode-sentences.js';
import { tagsOf } from '../tasks/labels-of.js';
import { regression } from '../tasks/regression.js';
import { tokenClassification } from '../tasks/token-classification.js';
import { tinyVocabulary } from '../testing/tiny-model.js';
import { createTokenizer } from '../tokenizer/tokenizer.js';

const tokenizer = createTokenizer({ 'vocab.txt': new TextEncoder().encode(tinyVocabulary.join('\n')) });
const task = tokenClassification(['O', 'B-thing', 'I-thing']);
const sentence = (words: readonly string[], tags: readonly string[], line = 1) => ({ words, tags, line });

test('the first token of each word has its target', () => {
  const [encoded] = encodeSentences(tokenizer, task, [sentence(['the', 'phone', 'works'], ['O', 'B-thing', 'O'])]);
  expect(encoded?.input.ids).toHaveLength(5);
  expect(encoded?.target).toEqual([-1, 0, 1, 0, -1]);
});

test('an entity that is cut, or whose word has no token, is missed in the score', () => {
  const long = sentence(['a', 'phone', 'is', 'a', 'phone'], ['O', 'B-thing', 'O', 'O', 'B-thing']);
  const silent = sentence(['a', '\u200b'], ['O', 'B-thing'], 9);
  const encoded = encodeSentences(tokenizer, task, [long, silent], { maxLength: 5 }); // room for three words
  expect(encoded.map(({ target }) => target)).toEqual([
    [-1, 0, 1, 0, -1],
    [-1, 0, -1],
  ]);
  const perfect = encoded.map(({ target }) =>
    Float32Array.from(
      (target as readonly number[]).flatMap((tag) => [0, 1, 2].map((other) => (other === tag ? 9 : 0))),
    ),
  );
  expect(task.score('f1', perfect, encoded)).toBeCloseTo(0.5, 12); // one of three entities found: recall 1/3, precision 1
  expect(task.score('accuracy', perfect, encoded)).toBeCloseTo(5 / 7, 12);
});

test('errors name the line of the sentence', () => {
  expect(() => encodeSentences(tokenizer, task, [sentence(['a'], ['O']), sentence(['Ada'], ['B-person'], 3)])).toThrow(
    expect.objectContaining({
      code: 'LABEL_UNKNOWN',
      message: 'The sentence at line 3: Tag "B-person" is not one of this model\'s tags: O, B-thing, I-thing.',
    }),
  );
  expect(() => encodeSentences(tokenizer, task, [sentence(['\u200b'], ['O'], 7)])).toThrow(
    expect.objectContaining({ code: 'TEXT_EMPTY', message: expect.stringMatching(/^The sentence at line 7: /) }),
  );
  expect(() => encodeSentences(tokenizer, regression(), [])).toThrow(/does not tag words: use encodeExamples/);
});

test('tags in order, O first', () => {
  expect(tagsOf([sentence(['a', 'b'], ['I-x', 'B-x']), sentence(['c'], ['B-a'])])).toEqual(['O', 'B-a', 'B-x', 'I-x']);
});
