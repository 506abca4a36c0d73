import { percent } from './percent.js';
import type { Gain } from './take-turns.js';

/** Tokens up to which starting the computation's steps takes longer than what they compute. */
const shortText = 24;

/** What was measured, and of what. */
interface MeasuredGain {
  readonly gain: Gain;
  /** Of the text. */
  readonly tokens: number;
  /** Share of the full length's multiply-accumulates. */
  readonly cost: number;
}

/** What a gain means, in words: what was measured, and where it is no gain, whether the text, the budget or the machine is to blame. */
export const speedWords = ({ gain, tokens, cost }: MeasuredGain): string => {
  const { median, low, high, noisy } = gain;
  const times = (ratio: number): string =>
    ratio >= 1 ? `${ratio.toFixed(2)} times faster` : `${(1 / ratio).toFixed(2)} times slower`;
  if (noisy) return `Noisy, about ${times(median)}: something else keeps this machine busy`;
  if (low > 1) return times(median);
  const measured = high < 1 ? times(median) : 'No difference that could be told from chance';
  if (tokens <= shortText) return `${measured}: ${tokens} tokens are too few to gain`;
  return `${measured}, at ${percent(cost)} of the multiply-accumulates`;
};
