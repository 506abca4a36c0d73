import fc from 'fast-check';
import { testWithData } from '../testing/data-folder.js';
import { readSquad } from '../datasets/squad.js';
import { answerF1, exactMatch, normalizeAnswer } from './squad.js';

describe('SQuAD scores, against the values of the official scorer', () => {
  test.each<[string, string]>([
    ['The  Denver Broncos!', 'denver broncos'],
    ['U.S.', 'us'],
    ['a an the', ''],
    ['.', ''],
    ['theatre an-other', 'theatre another'],
    ['A-the', 'athe'],
    ['x—the—y', 'x— —y'],
    ['“the” cat', '“ ” cat'],
    ['aé the½ 𝐀', 'aé the½ 𝐀'],
    ['a\u0301', '\u0301'],
    ['x\u00a0\u3000y\u2003z', 'x y z'],
    ['x\u001cy\u0085z', 'x y z'],
    ['x\ufeffy', 'x\ufeffy'],
    ['ΟΔΟΣ', 'οδος'],
    ['$10,000', '10000'],
  ])('%j normalises to %j', (text, expected) => {
    expect(normalizeAnswer(text)).toBe(expected);
  });

  test.each<[string, string[], number, number]>([
    ['Denver Broncos', ['the Denver Broncos'], 1, 1],
    ['Denver', ['the Denver Broncos'], 0, 2 / 3],
    ['Denver', ['Carolina', 'Denver Broncos', 'Denver Broncos of the NFL'], 0, 2 / 3],
    ['new new york', ['new york york'], 0, 2 / 3],
    ['york new', ['New York'], 0, 1],
    ['Paris', ['London'], 0, 0],
    ['', ['London'], 0, 0],
    ['the', ['.'], 1, 0],
  ])('%j for %j: exact match %d, F1 %d', (prediction, answers, exact, f1) => {
    expect(exactMatch(prediction, answers)).toBe(exact);
    expect(answerF1(prediction, answers)).toBeCloseTo(f1, 12);
  });

  test.each<[string, number]>([
    ['', 1],
    ['the.', 1],
    ['Paris', 0],
  ])('a question without answers gives %j %d', (prediction, score) => {
    expect([exactMatch(prediction, []), answerF1(prediction, [])]).toEqual([score, score]);
  });

  test('F1 is between exact match and 1, the same both ways, and more answers never lower it', () => {
    const text = fc
      .array(fc.constantFrom('the', 'red', 'Red', 'fox', 'é', '2', 'x.'), { minLength: 1 })
      .map((words) => words.join(' '));
    fc.assert(
      fc.property(text, text, text, (prediction, answer, other) => {
        const f1 = answerF1(prediction, [answer]);
        if (normalizeAnswer(answer) !== '') expect(f1).toBeGreaterThanOrEqual(exactMatch(prediction, [answer]));
        expect(f1).toBeLessThanOrEqual(1);
        expect(f1).toBeCloseTo(answerF1(answer, [prediction]), 12);
        expect(answerF1(prediction, [answer, other])).toBeGreaterThanOrEqual(f1);
        expect(normalizeAnswer(normalizeAnswer(prediction))).toBe(normalizeAnswer(prediction));
      }),
    );
  });

  // The first answer to each question against the others, as the official algorithm scores it in Python.
  testWithData('squad11/dev-v1.1.json.gz', 'the agreement of people on the dev set of SQuAD 1.1', async (path) => {
    const several = (await readSquad(path))
      .map(({ answers }) => answers.map(({ text }) => text))
      .filter(({ length }) => length > 1);
    const mean = (score: (prediction: string, answers: readonly string[]) => number): number =>
      several.reduce((sum, [first = '', ...others]) => sum + score(first, others), 0) / several.length;
    expect([several.length, mean(exactMatch).toFixed(6), mean(answerF1).toFixed(6)]).toEqual([
      10_567,
      '0.822372',
      '0.925056',
    ]);
  });
});
