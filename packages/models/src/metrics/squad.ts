const punctuation = /[!-/:-@[-`{-~]/g;
/** Python's word boundary: letters and numbers of any script are words, marks are not. */
const articles = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu;
/** What Python's `str.split` takes for white space: JavaScript's without the byte order mark, and a few control characters. */
// eslint-disable-next-line no-control-regex
const space = /(?:[^\S\ufeff]|[\x1c-\x1f\x85])+/;

const wordsOf = (text: string): readonly string[] =>
  text
    .toLowerCase()
    .replace(punctuation, '')
    .replace(articles, ' ')
    .split(space)
    .filter((word) => word !== '');

/**
 * An answer as SQuAD's official scorer compares it: lower case, without ASCII punctuation and the words a, an and the,
 * single spaces.
 *
 * @example
 * normalizeAnswer('The  U.S. dollar'); // 'us dollar'
 */
export const normalizeAnswer = (text: string): string => wordsOf(text).join(' ');

const bestOver = (prediction: string, answers: readonly string[], score: (answer: string) => number): number =>
  answers.length > 0 ? Math.max(...answers.map(score)) : normalizeAnswer(prediction) === '' ? 1 : 0;

/**
 * 1 when a prediction is one of the answers once both are normalised, else 0. A question without answers expects an empty
 * prediction. Official rules of SQuAD 1.1, those of 2.0 where there are no answers.
 */
export const exactMatch = (prediction: string, answers: readonly string[]): number =>
  bestOver(prediction, answers, (answer) => (normalizeAnswer(prediction) === normalizeAnswer(answer) ? 1 : 0));

/** F1 over two multisets of words; 0 where they share none, even when both are empty. */
const overlap = (predicted: readonly string[], expected: readonly string[]): number => {
  const left = new Map<string, number>();
  for (const word of expected) left.set(word, (left.get(word) ?? 0) + 1);
  let shared = 0;
  for (const word of predicted) {
    const times = left.get(word) ?? 0;
    if (times === 0) continue;
    left.set(word, times - 1);
    shared += 1;
  }
  if (shared === 0) return 0;
  const [precision, recall] = [shared / predicted.length, shared / expected.length];
  return (2 * precision * recall) / (precision + recall);
};

/**
 * F1 of the words of a prediction and of an answer, both normalised, best over the answers, 0 to 1. A question without
 * answers expects an empty prediction. Official rules of SQuAD 1.1, those of 2.0 where there are no answers.
 *
 * @example
 * answerF1('Denver', ['the Denver Broncos']); // 2 / 3
 */
export const answerF1 = (prediction: string, answers: readonly string[]): number =>
  bestOver(prediction, answers, (answer) => overlap(wordsOf(prediction), wordsOf(answer)));
