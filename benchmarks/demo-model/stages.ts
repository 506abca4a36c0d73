/** The stages of the model of the live demo: the SST-2 benchmark's model, compressed. All by commands of `lat`. */
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { dataFolder, fineTuneStage, lengthDropStages, runsFolder, searchStage } from '../accuracy/accuracy-rows.js';
import { runPrintedStage } from '../accuracy/run-stage.js';
import { sst2Recipe } from '../accuracy/sst2-recipe.js';

/** Tokens of the demo's vocabulary: as many as let its weights stay below 16 MB. */
export const vocabulary = 12_000;
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
    readonly configs: readonly { readonly lengthConfig: readonly number[]; readonly cost: number; readonly scores: readonly Change[] }[];
  };
}

/** A configuration on the dev set. */
export interface Scored {
  readonly lengthConfig: readonly number[];
  /** Share of the full length's MACs, of the smaller model. */
  readonly cost: number;
  readonly accuracy: Change;
}

/** What came of all stages: before is the SST-2 benchmark's model, after the one that was written. */
export interface DemoModel {
  /** Bytes of the weights. */
  readonly bytes: Change;
  readonly examples: number;
  readonly meanTokens: Change;
  /** From the cheapest configuration to the full length. */
  readonly configs: readonly Scored[];
}

/** Writes the model into `out`, trained and searched first where that was not done; undefined, with a word of why, where the data are not there. */
export const demoModel = async (out: string): Promise<DemoModel | undefined> => {
  if (!existsSync(path.join(dataFolder, 'sst2'))) {
    console.log(`demo-model is left out: there is no sst2 in ${dataFolder} (LENGTH_ADAPTIVE_DATA).`);
    return undefined;
  }
  const files = await sst2Recipe.prepare(path.join(runsFolder, 'sst2/data'));
  const run = await lengthDropStages(sst2Recipe, files, await fineTuneStage(sst2Recipe, files));
  await searchStage(sst2Recipe, files, run);
  const folder = path.join(runsFolder, 'demo-model');
  if (!existsSync(path.join(out, 'config.json'))) rmSync(folder, { recursive: true, force: true }); // what the record tells of is gone
  const { bytes, scored } = await runPrintedStage<Compressed>({
    command: 'compress',
    folder,
    flags: { model: path.join(run, 'model'), out, weights: 'int8', vocabulary, data: files.train, points, dev: files.heldOut, overwrite: true },
  });
  const accuracy = scored.metrics.indexOf('accuracy');
  const configs = scored.configs.map(({ scores, lengthConfig, cost }) => ({ lengthConfig, cost, accuracy: scores[accuracy] ?? { before: Number.NaN, after: Number.NaN } }));
  return { bytes, examples: scored.examples, meanTokens: scored.meanTokens, configs };
};
