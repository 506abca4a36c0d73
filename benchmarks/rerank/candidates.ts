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

/** Words on either side of an answer, or of a random place, that a text to learn from has. */
const reach = 30;

/** The words around a place of a text, given as a share of it. */
const around = (text: string, place: number): string => {
  const words = text.split(/\s+/);
  const centre = Math.floor(place * words.length);
  const first = Math.max(0, Math.min(centre - reach, words.length - 2 * reach));
  return words.slice(first, first + 2 * reach).join(' ');
};

/**
 * Pairs to learn from: each question with the words around its answer, and with others: of a passage that BM25 finds beside its own, or of any
 * passage, in turn.
 */
export const pairsOf = async (
  file: string,
  { questions: wanted, seed }: Readonly<Record<'questions' | 'seed', number>>,
): Promise<Example[]> => {
  const questions = await readSquad(file);
  const { texts, of } = passagesOf(questions, 1);
  const index = createBm25(texts);
  const random = createRandom(seed);
  return shuffled([...questions.keys()], random)
    .slice(0, wanted)
    .flatMap((at, number): Example[] => {
      const { question: text = '', context = '', answers = [] } = questions[at] ?? {};
      const found = number % 2 === 0 ? index.search(text, 20) : [...texts.keys()];
      const [other = 0] = shuffled(
        found.filter((document) => document !== of[at]),
        random,
      );
      const place = (answers[0]?.start ?? 0) / Math.max(1, context.length);
      return [
        { text, pair: around(context, place), label: 1 },
        { text, pair: around(texts[other] ?? '', random.uniform()), label: 0 },
      ];
    });
};

/** nDCG@k of one relevant document at a place from 0; 0 where it is not among them. */
export const gainAt = (place: number, k = 10): number => (place < 0 || place >= k ? 0 : 1 / Math.log2(place + 2));
