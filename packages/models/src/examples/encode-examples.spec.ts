import { encodeExamples } from './encode-examples.js';
import { labelsOf } from '../tasks/labels-of.js';
import { sequenceClassification } from '../tasks/sequence-classification.js';
import { tinyVocabulary } from '../testing/tiny-model.js';
import { createTokenizer } from '../tokenizer/tokenizer.js';

const tokenizer = createTokenizer({ 'vocab.txt': new TextEncoder().encode(tinyVocabulary.join('\n')) });
const task = sequenceClassification(['bad', 'good']);

test('texts and pairs become ids and targets', () => {
  const [single, pair] = encodeExamples(tokenizer, task, [
    { text: 'good phone', label: 'good' },
    { text: 'the case', pair: 'is bad', label: 'bad' },
  ]);
  expect(single?.input.ids).toEqual([2, 5, 17, 3]);
  expect(single?.target).toBe(1);
  expect(pair?.input.typeIds).toEqual([0, 0, 0, 0, 1, 1, 1]);
});

test('long texts are cut', () => {
  const [long] = encodeExamples(tokenizer, task, [{ text: 'the phone is very good', label: 'good' }], { maxLength: 4 });
  expect(long?.input.ids).toHaveLength(4);
});

test.each([
  [{ text: 'good' }, /Example 1 has no label/],
  [{ text: 'good', label: 'meh', id: 'r7' }, /Example r7: Label "meh"/],
  [{ text: '  ', label: 'bad' }, /Example 1: .*has no tokens/],
])('names the example that is wrong (%#)', (example, message) => {
  expect(() => encodeExamples(tokenizer, task, [example])).toThrow(message);
});

test('labels in order, numbers as numbers', () => {
  const labelled = (labels: string[]) => labels.map((label) => ({ text: 'x', label }));
  expect(labelsOf(labelled(['10', '2', '2', '1']))).toEqual(['1', '2', '10']);
  expect(labelsOf([...labelled(['b', 'a']), { text: 'none' }])).toEqual(['a', 'b']);
});
