/** Questions of SQuAD with passages that BM25 finds for them. */
import { createRandom, shuffled } from '@length-adaptive/core';
import type { Example, Question } from '@length-adaptive/models';
import { createBm25, readSquad } from '@length-adaptive/models';

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

/** The passages of a file, and a random sample of its questions. */
export const textsOf = async (
  file: string,
  { questions: wanted, together, seed }: Readonly<Record<'questions' | 'together' | 'seed', number>>,
): Promise<{ readonly passages: readonly string[]; readonly questions: readonly string[] }> => {
  const questions = await readSquad(file);
  const chosen = shuffled([...questions.keys()], createRandom(seed)).slice(0, wanted);
  return {
    passages: passagesOf(questions, together).texts,
    questions: chosen.map((at) => questions[at]?.question ?? ''),
  };
};

/** So many words of a text with a place in them, given as a share of the text: in their middle, or anywhere. */
const around = (
  text: string,
  { place, words: count, shift }: Readonly<Record<'place' | 'words' | 'shift', number>>,
): string => {
  const words = text.split(/\s+/);
  const first = Math.floor(place * words.length - shift * count);
  return words
    .slice(Math.max(0, Math.min(first, words.length - count)))
    .slice(0, count)
    .join(' ');
};

export interface PairsOptions {
  readonly questions: number;
  /** Of a text to learn from. */
  readonly words: number;
  /** Paragraphs of a passage. */
  readonly together: number;
  /** Every so many-th question comes with any passage for its zero, the others with one of the best that BM25 finds; 0 for none. */
  readonly easyEvery: number;
  /** How many of the best that BM25 finds the others' zeros are drawn from. */
  readonly among: number;
  /** Whether the answer stands anywhere in its text, and not in the middle. */
  readonly anywhere: boolean;
  readonly seed: number;
}

/** Pairs to learn from: each question with words around its answer, and with words of a passage without it. */
export const pairsOf = async (
  file: string,
  { questions: wanted, words, together, easyEvery, among, anywhere, seed }: PairsOptions,
): Promise<Example[]> => {
  const questions = await readSquad(file);
  const { texts, of } = passagesOf(questions, together);
  const index = createBm25(texts);
  const random = createRandom(seed);
  return shuffled([...questions.keys()], random)
    .slice(0, wanted)
    .flatMap((at, number): Example[] => {
      const { question: text = '', context = '', answers = [] } = questions[at] ?? {};
      const own = texts[of[at] ?? 0] ?? '';
      const isEasy = easyEvery > 0 && number % easyEvery === easyEvery - 1;
      const found = isEasy ? [...texts.keys()] : index.search(text, among);
      const [other = 0] = shuffled(
        found.filter((document) => document !== of[at]),
        random,
      );
      const place = (own.indexOf(context) + (answers[0]?.start ?? 0)) / Math.max(1, own.length);
      const shift = anywhere ? random.uniform() * 0.8 + 0.1 : 0.5;
      return [
        { text, pair: around(own, { place, words, shift }), label: 1 },
        { text, pair: around(texts[other] ?? '', { place: random.uniform(), words, shift }), label: 0 },
      ];
    });
};

/** nDCG@k of one relevant document at a place from 0; 0 where it is not among them. */
export const gainAt = (place: number, k = 10): number => (place < 0 || place >= k ? 0 : 1 / Math.log2(place + 2));
