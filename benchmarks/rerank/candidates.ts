/** Questions of SQuAD with passages that BM25 finds for them. */
import { createRandom, shuffled } from '@length-adaptive/core';
import type { Example, Question } from '@length-adaptive/models';
import { readSquad } from '@length-adaptive/models';
import { createBm25 } from './bm25.js';

/** A question with its candidates, in the order of BM25. */
export interface Candidates {
  readonly query: string;
  readonly documents: readonly string[];
  /** Place of the passage that holds the answer; -1 where BM25 did not find it. */
  readonly relevant: number;
}

interface Passages {
  readonly texts: readonly string[];
  /** Passage of each question. */
  readonly of: readonly number[];
}

/** Paragraphs of an article, so many of its neighbours together in one passage. */
const passagesOf = (questions: readonly Question[], together: number): Passages => {
  const paragraphs = [...new Map(questions.map(({ context, title = '' }) => [context, title]))];
  const passageOf = new Map<string, number>();
  const texts: string[] = [];
  let [before, held] = ['', 0];
  for (const [context, title] of paragraphs) {
    const joins = title === before && held < together;
    if (joins) texts.push(`${texts.pop() ?? ''} ${context}`);
    else texts.push(context);
    held = joins ? held + 1 : 1;
    before = title;
    passageOf.set(context, texts.length - 1);
  }
  return { texts, of: questions.map(({ context }) => passageOf.get(context) ?? -1) };
};

/** A random sample of the questions of a file with `count` candidates each; a passage is so many paragraphs. */
export const candidatesOf = async (
  file: string,
  { questions: wanted, count, together, seed }: Readonly<Record<'questions' | 'count' | 'together' | 'seed', number>>,
): Promise<Candidates[]> => {
  const questions = await readSquad(file);
  const { texts, of } = passagesOf(questions, together);
  const index = createBm25(texts);
  return shuffled([...questions.keys()], createRandom(seed))
    .slice(0, wanted)
    .map((at) => {
      const query = questions[at]?.question ?? '';
      const found = index.search(query, count);
      return {
        query,
        documents: found.map((document) => texts[document] ?? ''),
        relevant: found.indexOf(of[at] ?? -1),
      };
    });
};

/** Pairs to learn from: each question with its passage, and with some of the best that BM25 finds beside it. */
export const pairsOf = async (
  file: string,
  { questions: wanted, negatives, seed }: Readonly<Record<'questions' | 'negatives' | 'seed', number>>,
): Promise<Example[]> => {
  const questions = await readSquad(file);
  const { texts, of } = passagesOf(questions, 1);
  const index = createBm25(texts);
  const random = createRandom(seed);
  return shuffled([...questions.keys()], random)
    .slice(0, wanted)
    .flatMap((at): Example[] => {
      const query = questions[at]?.question ?? '';
      const others = index.search(query, 20).filter((document) => document !== of[at]);
      const chosen = shuffled(others, random).slice(0, negatives);
      return [
        { text: query, pair: texts[of[at] ?? 0] ?? '', label: 1 },
        ...chosen.map((document) => ({ text: query, pair: texts[document] ?? '', label: 0 })),
      ];
    });
};

/** nDCG@k of one relevant document at a place from 0; 0 where it is not among them. */
export const gainAt = (place: number, k = 10): number => (place < 0 || place >= k ? 0 : 1 / Math.log2(place + 2));
