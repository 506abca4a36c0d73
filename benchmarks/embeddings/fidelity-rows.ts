/** What vectors lose with fewer tokens: untrained, adapted, with fewer layers instead, and in int8. */
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { OperatingPoint } from '@length-adaptive/core';
import { constantRatioConfig } from '@length-adaptive/core';
import type { Predictor } from '@length-adaptive/models';
import { cosine, createStudent, mean, openModel, saveModel } from '@length-adaptive/models';
import { loadOnnx } from '@length-adaptive/onnx';
import { runsFolder } from '../accuracy/accuracy-rows.js';
import type { Row } from '../harness.js';
import { about, maxLength, reducer, source } from './recipe.js';
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

const original: Contender = { name: 'original', weights: source, open: () => loadOnnx(source, { embedding }) };

const untrained = (by: string, averaged: 'all' | 'kept' = 'all'): Contender => ({
  name: `untrained-${by}-${averaged}`,
  weights: source,
  open: () => loadOnnx(source, { embedding: { ...embedding, averaged }, reducer: by }),
  point: halfPoint,
});

const adapted = (folder: string, precision: 'fp32' | 'int8', isHalf: boolean): Contender => ({
  name: `adapted-${precision}-${isHalf ? 'half' : 'full'}`,
  weights: (JSON.parse(readFileSync(path.join(folder, '../result.json'), 'utf8')) as { weights: string }).weights,
  open: () => loadOnnx(folder, { embedding, precision }),
  ...(isHalf && { point: halfPoint }),
});

/** Halves of the layers that may stand for all of them, from 0. */
const halves = [[0, 1, 2], [0, 1, 5], [0, 2, 4], [0, 2, 5], [0, 3, 5], [1, 3, 5]]; // prettier-ignore

/** A folder with some of the model's layers. */
const withLayers = async (layers: readonly number[]): Promise<string> => {
  const folder = path.join(runsFolder, 'embeddings', `layers-${layers.join('-')}`);
  const opened = await openModel(source, { embedding });
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
const bestHalf = async (texts: readonly string[], full: Measured): Promise<Contender> => {
  const every = Math.ceil(texts.length / 32);
  const some = texts.filter((_, i) => i % every === 0);
  const theirs = full.vectors.filter((_, i) => i % every === 0);
  let best = { nearness: -1, folder: '', layers: '' };
  for (const layers of halves) {
    const folder = await withLayers(layers);
    const predictor = await loadOnnx(folder, { embedding });
    const found = await predictor.embed(some, { onError: 'throw' });
    predictor.dispose();
    const nearness = mean(cosinesOf(theirs, found.map(({ vector }) => vector))); // prettier-ignore
    if (nearness > best.nearness) best = { nearness, folder, layers: layers.join(', ') };
  }
  const { folder, layers } = best;
  return { name: `layers ${layers}`, weights: layers, open: () => loadOnnx(folder, { embedding }) };
};

/** Rows of one set; those of the adapted model only where there is one. */
export const fidelityRows = async (set: TextSet, folder: string | undefined): Promise<Row[]> => {
  const prefix = `embeddings.minilm.${set.name}`;
  const whole = set.whole.length === 0 ? [] : (await embedAll(original, `${set.name}-queries`, set.whole)).vectors;
  const full = await embedAll(original, set.name, set.texts);
  const rows: Row[] = [];
  const row = (id: string, value: number, unit: string, note: string): void => {
    rows.push({ id: `${prefix}.${id}`, value, unit, note: `${note}; ${set.note}, at most ${maxLength} tokens` });
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
  await compare(untrained('attention'), 'untrained_attention_at_half', 'not trained, tokens dropped by attention');
  await compare(untrained('attention', 'kept'), 'untrained_kept_at_half', 'not trained, tokens dropped by attention, the mean of those that are kept'); // prettier-ignore
  await compare(untrained(reducer), 'untrained_at_half', `not trained, tokens merged by ${reducer}`);
  const depth = await bestHalf(set.texts, full);
  await compare(depth, 'depth_at_half', `half of the layers (${depth.name.slice(7)}), the nearest of ${halves.length} such halves, not trained`); // prettier-ignore
  if (folder === undefined) return rows;
  await compare(adapted(folder, 'fp32', true), 'at_half', about, true);
  await compare(adapted(folder, 'fp32', false), 'adapted_full', `full length, ${about}`);
  await compare(adapted(folder, 'int8', true), 'int8_at_half', `int8, ${about}`);
  return rows;
};
