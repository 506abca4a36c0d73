import { encodeQuestions } from './encode-questions.js';
import { tinyVocabulary } from '../testing/tiny-model.js';
import { createTokenizer } from '../tokenizer/tokenizer.js';

const tokenizer = createTokenizer({ 'vocab.txt': new TextEncoder().encode(tinyVocabulary.join('\n')) });
const context = 'the phone works and it is very good';
const question = (text: string, id = 'q1') => ({
  id,
  question: text,
  context,
  answers: [{ text: 'good', start: context.indexOf('good') }],
});

test('windows without the answer are taught to point at [CLS]', () => {
  const windows = encodeQuestions(tokenizer, [question('is it')], { maxLength: 10, stride: 1 });
  expect(windows.map(({ target }) => target)).toEqual([
    [0, 0],
    [7, 7],
  ]); // room for five tokens of the context, one of them shared
  expect(windows.map(({ question: own }) => own?.source.id)).toEqual(['q1', 'q1']);
});

test('a question longer than the window is named by its id, with what to do', () => {
  expect(() =>
    encodeQuestions(tokenizer, [question('is it'), question('is the phone very very good', 'q2')], {
      maxLength: 8,
      stride: 2,
    }),
  ).toThrow(
    expect.objectContaining({
      code: 'TEXT_TOO_LONG',
      message:
        'Question q2: The question "is the phone very very good" and the special tokens take 9 of the 8 tokens of a window: 0 are left for the context, ' +
        'and windows that share 2 need at least 3. Shorten the question, give a larger maxLength or a smaller stride.',
    }),
  );
});

test('an empty context is named by the id of its question', () => {
  expect(() => encodeQuestions(tokenizer, [{ ...question('is it', 'q3'), context: ' ' }])).toThrow(
    expect.objectContaining({ code: 'TEXT_EMPTY', message: expect.stringMatching(/^Question q3: /) }),
  );
});
