import { speedWords } from './speed-words.js';
import type { Timing } from './take-turns.js';
import { gainOf, takeTurns } from './take-turns.js';

const timing = (times: readonly number[]): Timing => ({ median: 0, fastest: 0, slowest: 0, runs: times.length, times });
const words = (own: readonly number[], full: readonly number[], tokens: number): string => speedWords({ gain: gainOf(timing(own), timing(full)), tokens, cost: 0.47 });

test('a clear gain is said as it is, whatever the length', () => {
  for (const tokens of [8, 300]) expect(words([10, 10, 11, 10, 10], [20, 21, 20, 20, 20], tokens)).toBe('2.00 times faster');
});

test('rounds that were slow as a whole do not make a gain noisy: rounds are paired', () => {
  expect(gainOf(timing([10, 30, 10, 50, 20]), timing([20, 60, 20, 100, 40]))).toEqual({ median: 2, low: 2, high: 2, noisy: false });
});

test('a machine that is busy is called noisy, and no text too short, be it long or short', () => {
  const own = [10, 30, 12, 25, 9];
  const full = [20, 15, 30, 21, 22];
  for (const tokens of [8, 300]) {
    expect(words(own, full, tokens)).toBe('Noisy, about 2.00 times faster: something else keeps this machine busy');
  }
});

test('a text is too short to gain by its tokens, not by the time alone', () => {
  const [own, full] = [[10, 10.1, 10.2, 10, 10.1], [9, 9, 9.1, 9, 9]];
  expect(words(own, full, 10)).toBe('1.12 times slower: 10 tokens are too few to gain');
  expect(words(own, full, 300)).toBe('1.12 times slower, at 47 % of the multiply-accumulates');
  expect(words(own, [...own].reverse(), 300)).toBe('No difference that could be told from chance, at 47 % of the multiply-accumulates');
  expect(words(own, [...own].reverse(), 10)).toBe('No difference that could be told from chance: 10 tokens are too few to gain');
});

test('things take turns; the first round does not count, and every round is told', async () => {
  const order: string[] = [];
  const rounds: number[] = [];
  const run = (name: string) => async () => void order.push(name);
  const timings = await takeTurns([run('a'), run('b')], { rounds: 2, onRound: (own, round) => rounds.push(round, own[0]?.runs ?? 0) });
  expect(order.join('')).toBe('ababab');
  expect(rounds).toEqual([1, 1, 2, 2]);
  expect(timings.map(({ times, runs }) => [times.length, runs])).toEqual([[2, 2], [2, 2]]);
});
