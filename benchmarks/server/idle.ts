/** An idle server: what it answers to requests that nothing is ahead of. */
import type { Client } from './load.js';

/** How many answers were made shorter, of how many. */
export interface Shortened {
  readonly degraded: number;
  readonly answers: number;
}

/** Lengths from 8 to 500 words, in no order. */
const lengthOf = (i: number): number => 8 + ((i * 61) % 493);

/**
 * One request after another, each on an idle server: 200 of one text of 8 to 500 words, and 50 of 32 texts.
 *
 * @param wordsOf a text of so many words
 */
export const askIdle = async (
  { send }: Client,
  wordsOf: (count: number, i: number) => string,
  { texts = 200, batches = 50 } = {},
): Promise<Shortened> => {
  let degraded = 0;
  const ask = async (request: object): Promise<void> => {
    const { status, body } = await send({ ...request, truncate: true });
    if (status !== 200) throw new Error(`an idle server answered ${status}: ${body}`);
    degraded += Number((JSON.parse(body) as { readonly degraded: boolean }).degraded);
  };
  for (let i = 0; i < texts; i++) await ask({ text: wordsOf(lengthOf(i), i) });
  for (let i = 0; i < batches; i++)
    await ask({ texts: Array.from({ length: 32 }, (_, k) => wordsOf(8 + ((i + k) % 24), i + k)) });
  return { degraded, answers: texts + batches };
};
