/** Real texts, and how well embeddings of them serve. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRandom, shuffled } from '@length-adaptive/core';
import { openText } from '@length-adaptive/models';
import { squadParagraphs } from '../paragraphs/squad-paragraphs.js';

/** One vector a text. */
export type Embeddings = readonly Float32Array[];

export type Embed = (texts: readonly string[]) => Promise<Embeddings>;

/** Texts to embed, in the order in which they stand in the data. */
export interface TextSet {
  readonly name: string;
  readonly texts: readonly string[];
  readonly about: string;
  /** Makes the measure of embeddings, a share of right answers. */
  scorer(embed: Embed): Promise<(embeddings: Embeddings) => number>;
}

export interface TextCounts {
  readonly reviews: number;
  /** Other reviews, whose labels are known. */
  readonly known: number;
  readonly paragraphs: number;
}

interface Labelled {
  readonly text: string;
  readonly label: number;
}

/** Where real data sets are. */
export const dataFolder =
  process.env['LENGTH_ADAPTIVE_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));

const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? Number.NaN), 0);

const unit = (vector: Float32Array): Float32Array => {
  const norm = Math.sqrt(dot(vector, vector));
  return vector.map((value) => value / norm);
};

/** Which of the candidates is nearest by cosine. */
const nearest = (vector: Float32Array, candidates: Embeddings): number => {
  const scores = candidates.map((candidate) => dot(vector, candidate)); // candidates have length 1, the vector's own does not matter
  return scores.indexOf(Math.max(...scores));
};

const share = (right: readonly boolean[]): number => right.filter(Boolean).length / right.length;

/** How many questions are nearest to their own paragraph: the first half of the texts are paragraphs, the second their questions. */
const retrieval = (embeddings: Embeddings): number => {
  const half = embeddings.length / 2;
  const paragraphs = embeddings.slice(0, half).map(unit);
  return share(embeddings.slice(half).map((question, i) => nearest(question, paragraphs) === i));
};

const centroid = (vectors: Embeddings): Float32Array => {
  const units = vectors.map(unit);
  return unit(
    (units[0] ?? new Float32Array(0)).map((_, i) => units.reduce((sum, vector) => sum + (vector[i] ?? 0), 0)),
  );
};

/** Texts whose label is that of the nearest class mean of other texts, which the full length embedded. */
const sentiment = (name: string, about: string, tested: readonly Labelled[], known: readonly Labelled[]): TextSet => ({
  name,
  about: `${about}; accuracy: nearest of two class means of ${known.length} other texts at full length in fp32`,
  texts: tested.map(({ text }) => text),
  scorer: async (embed) => {
    const vectors = await embed(known.map(({ text }) => text));
    const centroids = [0, 1].map((label) => centroid(vectors.filter((_, i) => known[i]?.label === label)));
    return (embeddings) => share(embeddings.map((vector, i) => nearest(vector, centroids) === tested[i]?.label));
  },
});

const readImdb = async (split: string, count: number): Promise<Labelled[]> => {
  const lines = (await openText(path.join(dataFolder, 'imdb', `${split}.jsonl.gz`)))
    .split('\n')
    .filter((line) => line !== '');
  return shuffled(lines, createRandom(1))
    .slice(0, count)
    .map((line) => JSON.parse(line) as Labelled);
};

const readSquad = async (count: number): Promise<TextSet> => {
  const all = await squadParagraphs(path.join(dataFolder, 'squad11/dev-v1.1.json.gz'));
  const paragraphs = shuffled(all, createRandom(1)).slice(0, count);
  return {
    name: 'squad',
    about: `${count} paragraphs of the SQuAD 1.1 dev set (seed 1) and the first question of each; accuracy@1: the question's nearest paragraph is its own`,
    texts: [...paragraphs.map(({ context }) => context), ...paragraphs.map(({ qas }) => qas[0]?.question ?? '')],
    scorer: async () => retrieval,
  };
};

/** Short reviews of a package, for machines without the data. */
const readAmazon = async ({ reviews, known }: TextCounts): Promise<TextSet> => {
  const file = fileURLToPath(
    new URL('../../node_modules/wink-sentiment/test/data/amazon_cells_labelled.txt', import.meta.url),
  );
  const rows = (await openText(file)).split('\n').flatMap((line) => {
    const [text, label] = line.split('\t');
    return text && label ? [{ text, label: Number(label) }] : [];
  });
  const order = shuffled(rows, createRandom(1));
  return sentiment(
    'amazon',
    `${reviews} Amazon review sentences of wink-sentiment (seed 1)`,
    order.slice(0, reviews),
    order.slice(reviews, reviews + known),
  );
};

/** IMDB and SQuAD from `LENGTH_ADAPTIVE_DATA` (default `shared/data` beside the repository), else sentences that are in a package. */
export const readTextSets = async (counts: TextCounts): Promise<TextSet[]> => {
  if (existsSync(path.join(dataFolder, 'imdb')) && existsSync(path.join(dataFolder, 'squad11'))) {
    const reviews = `the first ${counts.reviews} of the shuffled IMDB test set (seed 1)`;
    return [
      sentiment('imdb', reviews, await readImdb('test', counts.reviews), await readImdb('train', counts.known)),
      await readSquad(counts.paragraphs),
    ];
  }
  console.log(
    `\nThere is no IMDB and SQuAD in ${dataFolder} (LENGTH_ADAPTIVE_DATA): short sentences take their place.`,
  );
  return [await readAmazon(counts)];
};
