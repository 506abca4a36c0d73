/** What vectors lose with fewer tokens: untrained, adapted, with fewer layers instead, and in int8. */
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { OperatingPoint } from '@length-adaptive/core';
import { constantRatioConfig, formatPoint } from '@length-adaptive/core';
import type { Predictor } from '@length-adaptive/models';
import { cosine, createStudent, mean, openModel, saveModel } from '@length-adaptive/models';
import { loadOnnx } from '@length-adaptive/onnx';
import { runsFolder } from '../accuracy/accuracy-rows.js';
import type { Row } from '../harness.js';
import type { Adapted, Embedder } from './recipe.js';
import { adaptedAbout, maxLength, reducer, searchedAbout } from './recipe.js';
import type { TextSet } from './sets.js';
import type { Contender, Measured } from './vectors.js';
import { embedAll } from './vectors.js';

const embedding = { maxLength };

/** The constant share that every layer keeps of what entered it at which texts cost half of the full model's MACs. */
export const halfPoint = async (predictor: Predictor, texts: readonly string[]): Promise<OperatingPoint> => {
  const sample = texts.filter((_, i) => i % Math.ceil(texts.length / 200) === 0);
  const tokens = await Promise.all(sample.map((text) => predictor.countTokens(text, { truncate: true })));
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

const original = ({ id, source }: Embedder): Contender => ({
  name: `${id}-original`,
  weights: source(),
  open: () => loadOnnx(source(), { embedding }),
});

const untrained = ({ id, source }: Embedder, by: string, averaged: 'all' | 'kept' = 'all'): Contender => ({
  name: `${id}-untrained-${by}-${averaged}`,
  weights: source(),
  open: () => loadOnnx(source(), { embedding: { ...embedding, averaged }, reducer: by }),
  point: halfPoint,
});

/** An adapted model, where nothing is said at its full length. */
const adapted = (
  { id }: Embedder,
  { folder }: Adapted,
  { precision = 'fp32', at = 'full', point }: AdaptedOptions = {},
): Contender => ({
  name: `${id}-adapted-${precision}-${at}`,
  weights: (JSON.parse(readFileSync(path.join(folder, '../result.json'), 'utf8')) as { weights: string }).weights,
  open: () => loadOnnx(folder, { embedding, precision }),
  ...(point && { point }),
});

interface AdaptedOptions extends Pick<Contender, 'point'> {
  readonly precision?: 'fp32' | 'int8';
  /** What its point is called. */
  readonly at?: string;
}

/** A folder with some of a model's layers. */
const withLayers = async ({ id, source }: Embedder, layers: readonly number[]): Promise<string> => {
  const folder = path.join(runsFolder, 'embeddings', `${id}-layers-${layers.join('-')}`);
  const opened = await openModel(source(), { embedding });
  const model = await createStudent(opened.model, { layers });
  mkdirSync(path.dirname(folder), { recursive: true });
  await saveModel(folder, { model, tokenizerFiles: opened.tokenizerFiles });
  model.dispose();
  opened.model.dispose();
  return folder;
};

const cosinesOf = (full: readonly ArrayLike<number>[], other: readonly ArrayLike<number>[]): number[] =>
  full.map((vector, i) => cosine(vector, other[i] ?? []));

/** Of the halves of the layers the one whose vectors are nearest, on a few texts. */
const bestHalf = async (embedder: Embedder, texts: readonly string[], full: Measured): Promise<Contender> => {
  const every = Math.ceil(texts.length / 32);
  const some = texts.filter((_, i) => i % every === 0);
  const theirs = full.vectors.filter((_, i) => i % every === 0);
  let best = { nearness: -1, folder: '', layers: '' };
  for (const layers of embedder.halves) {
    const folder = await withLayers(embedder, layers);
    const predictor = await loadOnnx(folder, { embedding });
    const found = await predictor.embed(some, { onError: 'throw' });
    predictor.dispose();
    const nearness = mean(cosinesOf(theirs, found.map(({ vector }) => vector))); // prettier-ignore
    if (nearness > best.nearness) best = { nearness, folder, layers: layers.join(', ') };
  }
  const { folder, layers } = best;
  return {
    name: `${embedder.id}-layers ${layers}`,
    weights: layers,
    open: () => loadOnnx(folder, { embedding }),
  };
};

/** Rows of a model on one set; those of the adapted model only where there is one. */
export const fidelityRows = async (embedder: Embedder, set: TextSet, trained: Adapted | undefined): Promise<Row[]> => {
  const prefix = `embeddings.${embedder.id}.${set.name}`;
  const first = original(embedder);
  const whole = set.whole.length === 0 ? [] : (await embedAll(first, `${set.name}-queries`, set.whole)).vectors;
  const full = await embedAll(first, set.name, set.texts);
  const rows: Row[] = [];
  const row = (id: string, value: number, unit: string, note: string): void => {
    rows.push({
      id: `${prefix}.${id}`,
      value,
      unit,
      note: `${note}; ${embedder.about}; ${set.note}, at most ${maxLength} tokens`,
    });
  };
  const compare = async (contender: Contender, id: string, note: string, all = false): Promise<void> => {
    const { vectors, cost } = await embedAll(contender, set.name, set.texts);
    const at = contender.point ? `at ${cost.toFixed(3)}x MACs, ${note}` : note;
    row(id, set.score(vectors, whole), set.unit, at);
    const cosines = cosinesOf(full.vectors, vectors);
    const [nearness, least] = all ? ['cosine_at_half', 'least_cosine_at_half'] : [`${id}.cosine`, undefined];
    row(nearness, mean(cosines), 'cosine', `mean to the original's full vectors; ${at}`);
    if (least) row(least, Math.min(...cosines), 'cosine', `least to the original's full vectors; ${at}`);
    if (set.overlap) row(all ? 'top10_at_half' : `${id}.top10`, set.overlap(full.vectors, vectors, whole), 'share', at);
  };
  row('full', set.score(full.vectors, whole), set.unit, 'the original at full length');
  if (embedder.withLosers) {
    await compare(untrained(embedder, 'attention'), 'untrained_attention_at_half', 'not trained, tokens dropped by attention'); // prettier-ignore
    await compare(untrained(embedder, 'attention', 'kept'), 'untrained_kept_at_half', 'not trained, tokens dropped by attention, the mean of those that are kept'); // prettier-ignore
  }
  await compare(untrained(embedder, reducer), 'untrained_at_half', `not trained, tokens merged by ${reducer}`);
  const depth = await bestHalf(embedder, set.texts, full);
  await compare(depth, 'depth_at_half', `half of the layers (${depth.weights}), the nearest of ${embedder.halves.length} such halves, not trained`); // prettier-ignore
  if (trained === undefined) return rows;
  const half = { at: 'half', point: () => Promise.resolve(trained.half) };
  const third = { at: 'third', point: () => Promise.resolve(trained.third) };
  const trainedBy = adaptedAbout(embedder);
  const aboutAt = (point: OperatingPoint): string => `${trainedBy}, ${searchedAbout} (${formatPoint(point)})`;
  const about = aboutAt(trained.half);
  await compare(adapted(embedder, trained, half), 'at_half', about, true);
  await compare(adapted(embedder, trained, third), 'at_third', aboutAt(trained.third));
  if (embedder.withLosers)
    await compare(adapted(embedder, trained, { at: 'constant', point: halfPoint }), 'constant_at_half', `${trainedBy}, each layer keeping the same share`); // prettier-ignore
  await compare(adapted(embedder, trained), 'adapted_full', `full length, ${trainedBy}`);
  await compare(adapted(embedder, trained, { ...half, precision: 'int8' }), 'int8_at_half', `int8, ${about}`);
  return rows;
};
