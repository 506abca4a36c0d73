/** The stages of a model of the live demo: that of an accuracy benchmark, compressed. All by commands of `lat`. */
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { OperatingPoint } from '@length-adaptive/core';
import { constantRatioConfig } from '@length-adaptive/core';
import type { ParetoPoint } from '@length-adaptive/models';
import { formatLengthAdaptiveFile, validateLengthAdaptiveFile } from '@length-adaptive/models';
import { dataFolder, fineTuneStage, lengthDropStages, runsFolder, searchStage } from '../accuracy/accuracy-rows.js';
import type { DataFiles } from '../accuracy/recipe.js';
import { runPrintedStage, runStage } from '../accuracy/run-stage.js';
import type { DemoModel } from './demo-models.js';
import { vocabulary } from './demo-models.js';

/** Configurations that the demo lets its reader choose among. */
const points = 10;

interface Change {
  readonly before: number;
  readonly after: number;
}

/** What `lat compress` prints, as far as it is read here. */
interface Compressed {
  readonly bytes: Change;
  readonly scored: {
    readonly metrics: readonly string[];
    readonly examples: number;
    readonly meanTokens: Change;
    readonly points: readonly {
      readonly point: OperatingPoint;
      readonly cost: number;
      readonly flips?: number;
      readonly scores: readonly Change[];
    }[];
  };
}

/** An operating point on the held-out examples. */
export interface Scored {
  readonly point: OperatingPoint;
  /** Share of the full length's MACs, of the smaller model. */
  readonly cost: number;
  /** By the metric of the recipe. */
  readonly score: Change;
  /** Share of its answers that are others than those of its own full length. */
  readonly flips: number;
}

/** What came of all stages: before is the benchmark's model, after the one that was written. */
export interface MadeModel {
  /** Bytes of the weights. */
  readonly bytes: Change;
  readonly examples: number;
  readonly meanTokens: Change;
  /** From the cheapest to the full length. */
  readonly points: readonly Scored[];
}

/** Layers of MiniLM-L6. */
const layers = 6;

/** A copy of a trained model whose points all keep the same share in every layer, with their fidelity on the examples that a search would have. */
const chainedModel = async (
  { recipe, keeps = [] }: DemoModel,
  { search: data }: DataFiles,
  run: string,
): Promise<string> => {
  const trained = path.join(run, 'model');
  const paretoSet: ParetoPoint[] = [];
  for (const keep of keeps) {
    const lengths = constantRatioConfig(layers, keep);
    const out = path.join(run, 'chains', String(Math.round(100 * keep)));
    const { scores, cost } = await runStage<{
      readonly scores: { readonly fidelity: number };
      readonly cost: number;
    }>({
      command: 'evaluate',
      folder: out,
      flags: {
        ...{ model: trained, data, ...recipe.data, metric: 'fidelity', seed: 42, ...recipe.search },
        ...{ 'length-config': lengths.join(','), out },
      },
    });
    paretoSet.push({ point: { lengths }, score: scores.fidelity, cost });
  }
  const model = path.join(run, 'model-chains');
  cpSync(trained, model, { recursive: true });
  const file = path.join(model, 'length_adaptive.json');
  const told = validateLengthAdaptiveFile(JSON.parse(readFileSync(file, 'utf8')));
  writeFileSync(file, formatLengthAdaptiveFile({ ...told, paretoSet }));
  return model;
};

/** The folder of a searched model. Where the search had a folder of its own, a copy of the model with what that search found: one folder is what `lat compress` reads. */
const searchedModel = async (
  demo: DemoModel,
): Promise<{ readonly model: string; readonly train: string; readonly dev: string }> => {
  const { recipe, prior, keeps } = demo;
  const files = await recipe.prepare(path.join(runsFolder, recipe.name, 'data'));
  const run = await lengthDropStages(recipe, files, await fineTuneStage(recipe, files));
  if (keeps) return { model: await chainedModel(demo, files, run), train: files.train, dev: files.heldOut };
  const { lengthAdaptive } = await searchStage(recipe, files, run, prior);
  const trained = path.join(run, 'model');
  const model = prior === undefined ? trained : path.join(run, `model-${prior}`);
  if (model !== trained) {
    cpSync(trained, model, { recursive: true });
    cpSync(lengthAdaptive, path.join(model, path.basename(lengthAdaptive)));
  }
  return { model, train: files.train, dev: files.heldOut };
};

/** Writes a model into `out`, trained and searched first where that was not done; undefined, with a word of why, where its data are not there. */
export const makeModel = async (demo: DemoModel, out: string): Promise<MadeModel | undefined> => {
  const { id, recipe, needs, flags } = demo;
  if (!existsSync(path.join(dataFolder, needs))) {
    console.log(`demo-model ${id} is left out: there is no ${needs} in ${dataFolder} (LENGTH_ADAPTIVE_DATA).`);
    return undefined;
  }
  const { model, train, dev } = await searchedModel(demo);
  const folder = path.join(runsFolder, 'demo-model', id);
  if (!existsSync(path.join(out, 'config.json'))) rmSync(folder, { recursive: true, force: true }); // what the record tells of is gone
  const { bytes, scored } = await runPrintedStage<Compressed>({
    command: 'compress',
    folder,
    flags: { model, out, weights: 'int8', vocabulary, data: train, points, dev, overwrite: true, ...flags },
  });
  const own = scored.metrics.indexOf(recipe.metric);
  const found = scored.points.map(({ scores, point, cost, flips = Number.NaN }) => ({
    point,
    cost,
    flips,
    score: scores[own] ?? { before: Number.NaN, after: Number.NaN },
  }));
  return { bytes, examples: scored.examples, meanTokens: scored.meanTokens, points: found };
};
