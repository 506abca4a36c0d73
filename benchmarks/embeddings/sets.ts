/** Texts that vectors are made of, and what is asked of the vectors. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { BeirData, VectorsById } from '@length-adaptive/models';
import { cosine, mean, metricByName, openText, rankDocuments, readBeir, scoreRetrieval } from '@length-adaptive/models';
import { dataFolder } from '../accuracy/accuracy-rows.js';

type Vectors = readonly ArrayLike<number>[];

/** A set of texts with a score of their vectors, higher is better. */
export interface TextSet {
  readonly name: string;
  readonly unit: string;
  /** Of the texts and what is done with them. */
  readonly note: string;
  /** What is made shorter; none is empty. */
  readonly texts: readonly string[];
  /** What stays whole: queries. */
  readonly whole: readonly string[];
  score(vectors: Vectors, whole: Vectors): number;
  /** Share of the ten documents a query finds by full vectors that it finds by others; absent where nothing is searched. */
  overlap?(full: Vectors, other: Vectors, whole: Vectors): number;
}

/** Pairs of sentences of STS-B: the file has no header. */
const readStsb = async (file: string): Promise<TextSet> => {
  const pairs = (await openText(file)).split('\n').flatMap((line) => {
    const [label, first, second] = line.split('\t').slice(4);
    return label && first && second ? [{ texts: [first, second], label: Number(label) }] : [];
  });
  return {
    name: 'stsb',
    unit: 'spearman',
    note: `STS-B test, ${pairs.length} pairs, both sentences of each`,
    texts: pairs.flatMap(({ texts }) => texts),
    whole: [],
    score: (vectors) =>
      metricByName('spearman')(
        pairs.map((_, i) => cosine(vectors[2 * i] ?? [], vectors[2 * i + 1] ?? [])),
        pairs.map(({ label }) => label),
      ),
  };
};

/** All judged documents of a folder and so many of the others, evenly spread over the file; `BENCH_OTHER_DOCUMENTS`, by default all. */
const shareOf = (data: BeirData): BeirData['documents'] => {
  const most = Number(process.env['BENCH_OTHER_DOCUMENTS'] ?? Infinity);
  const judged = new Set([...data.judgements.values()].flatMap((of) => [...of.keys()]));
  const written = data.documents.filter(({ text }) => text !== '');
  const others = written.filter(({ id }) => !judged.has(id));
  const step = Math.max(1, Math.floor(others.length / most));
  const kept = new Set(others.filter((_, i) => i % step === 0).map(({ id }) => id));
  return written.filter(({ id }) => judged.has(id) || kept.has(id));
};

const readRetrieval = async (name: string, title: string, folder: string): Promise<TextSet> => {
  const data = await readBeir(folder);
  const documents = shareOf(data);
  const byId = (texts: readonly { readonly id: string }[], vectors: Vectors): VectorsById =>
    new Map(texts.map(({ id }, i) => [id, vectors[i] ?? []]));
  const some =
    documents.length < data.documents.length - 2
      ? `${documents.length} of its ${data.documents.length} documents (all that are judged and a fixed share of the others)`
      : `${documents.length} documents`;
  return {
    name,
    unit: 'nDCG@10',
    note: `${title}, ${data.queries.length} queries at full length, ${some}`,
    texts: documents.map(({ text }) => text),
    whole: data.queries.map(({ text }) => text),
    score: (vectors, queries) => scoreRetrieval(byId(documents, vectors), byId(data.queries, queries), data)['ndcg@10'],
    overlap: (full, other, queries) => {
      const asked = byId(data.queries, queries);
      const found = (vectors: Vectors) => rankDocuments(byId(documents, vectors), asked, 10);
      const [theirs, ours] = [found(full), found(other)];
      return mean(
        [...theirs].map(([query, first]) => {
          const own = new Set(ours.get(query)?.map(({ id }) => id));
          return first.filter(({ id }) => own.has(id)).length / first.length;
        }),
      );
    },
  };
};

const sets = {
  scifact: (folder: string) => readRetrieval('scifact', 'SciFact test', folder),
  cranfield: (folder: string) => readRetrieval('cranfield', 'Cranfield', folder),
  stsb: (folder: string) => readStsb(path.join(folder, 'test.tsv.gz')),
} as const;

/** The sets whose data are there, of those that `BENCH_SETS` names (default all). */
export const readSets = async (): Promise<TextSet[]> => {
  const asked = process.env['BENCH_SETS']?.split(',') ?? Object.keys(sets);
  const found: TextSet[] = [];
  for (const [name, read] of Object.entries(sets)) {
    const folder = path.join(dataFolder, name);
    if (asked.includes(name) && existsSync(folder)) found.push(await read(folder));
  }
  return found;
};
