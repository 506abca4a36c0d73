import { join } from 'node:path';
import { reducerKey } from '@length-adaptive/core';
import type { LatencyFit, LengthSearchResult } from '@length-adaptive/models';
import {
  defaultEvaluations,
  departedAnswerOf,
  largestError,
  reducerRecord,
  scoreNameFor,
  searchLengths,
  weighsFileSize,
} from '@length-adaptive/models';
import { digestOf } from '../data/data.js';
import { quoted } from '../context/command-line.js';
import { CliError, messageOf } from '../context/errors.js';
import { knownCode } from '../context/exit-codes.js';
import { openMetrics } from '../run-folder/metrics-log.js';
import { runFiles } from '../run-folder/run-folder.js';
import { machineName } from '../run-folder/versions.js';
import { describeEngine } from '../engine/used-engine.js';
import type { SearchWork } from './search-work.js';
import {
  configsDigest,
  hasSearchCheckpoint,
  readSearchCheckpoint,
  writeSearchCheckpoint,
} from './search-checkpoint.js';
import type { SearchIdentity } from './search-checkpoint.js';
import type { SettledSearch } from './settle-method.js';
import { clockFor } from './clock-for.js';
import { megabytes } from '../chart/megabytes.js';
import { percent } from '../chart/percent.js';

interface GenerationLine {
  readonly generation: number;
  readonly evaluations: number;
  /** Configurations of the population's front; by surrogate, of all that were scored. */
  readonly front: number;
  readonly bestScore: number;
  /** By surrogate: what proposed the batch, and the rank correlation of scores with what the others foretell of them. */
  readonly proposedBy?: string;
  readonly rankCorrelation?: number;
}

/** How many configurations a search will score, as far as that is known. */
const expectedTotal = (
  { method, evaluations, generations = 0, population = 0 }: SettledSearch,
  learned: number,
): number =>
  method === 'surrogate'
    ? (evaluations ?? defaultEvaluations + learned)
    : Math.min(evaluations ?? Infinity, (generations + 1) * population + 5 + learned); // with the full and the smallest, and three that drop late

/** How to go on with an interrupted search. */
export const resumeHint = ({ model = '', out }: Pick<SettledSearch, 'model' | 'out'>): string =>
  `go on with: lat search --resume --model ${quoted(model)}${out === undefined ? '' : ` --out ${quoted(out)}`}`;

/** Errors of prediction above this are worth a word. */
const largeError = 0.15;

const calibrationNote = (fit: LatencyFit, resumed: boolean): string => {
  const { heldOut } = fit;
  const error = largestError(fit);
  if (resumed) return `Times are predicted as they were when the search began (median error ${percent(error)}).`;
  const advice =
    error > largeError
      ? ' That is much: something else keeps the machine busy. Search when it is quiet, or by MACs.'
      : '';
  return `Times are predicted with a median error of ${percent(error)}, on ${heldOut} passes that were not fitted.${advice}`;
};

/** What a search chooses, in one order; undefined for lengths alone. */
const spendOf = ({ spend = ['lengths'] }: SettledSearch): string | undefined => {
  const chosen = [...new Set(spend)].sort().reverse().join(',');
  return chosen === 'lengths' ? undefined : chosen;
};

/**
 * Runs a search, or goes on with an interrupted one; every generation is saved.
 *
 * @throws CliError `ABORTED`, its message says how to go on; `CHECKPOINT_NOT_FOUND`, `CHECKPOINT_INVALID`
 */
export const runSearch = async ({
  settings,
  context,
  opened,
  weights,
  data,
  folder,
  learned,
  score,
}: SearchWork): Promise<LengthSearchResult> => {
  const { method, evaluations, generations, population, dropRatioBound, metric, seed, objective } = settings;
  const { model } = opened;
  const configs = learned.map(({ lengthConfig }) => lengthConfig);
  const spend = spendOf(settings);
  const identity: SearchIdentity = {
    ...{
      weights,
      data: digestOf(data),
      metric: scoreNameFor(model.task, metric),
      objective,
      seed,
      method: method === 'surrogate' ? method : undefined,
      population,
      dropRatioBound,
    },
    ...{
      engine: describeEngine(opened.used),
      configs: configsDigest(configs),
      ...(spend !== undefined && { spend }),
      ...(weighsFileSize(settings) && { fileSize: true as const }),
      ...(objective === 'latency' && { machine: machineName() }),
      ...(settings.reducers && { reducers: [...new Set(settings.reducers)].sort().join(',') }),
      reducer: reducerRecord(model.reducer) && reducerKey(model.reducer),
      prior: model.prior && JSON.stringify(model.prior),
      departed: model.task.readout.departed && departedAnswerOf(model.task),
    },
  };
  // What soft-extract has learned is something to go on from, too.
  const saved =
    settings.resume && (learned.length === 0 || hasSearchCheckpoint(folder))
      ? await readSearchCheckpoint(folder, identity)
      : undefined;
  const metricsPath = join(folder, runFiles.metrics);
  const done = saved === undefined ? 0 : saved.generation + 1;
  let metrics = await openMetrics<GenerationLine>(metricsPath, done);
  const progress = context.progress('search', 'configurations');
  const total = expectedTotal(settings, learned.length);
  let scored = saved === undefined ? 0 : saved.evaluated.length;
  let saves = done;
  if (objective === 'latency' && saved === undefined)
    context.note(`Calibrating the time of a text on ${describeEngine(opened.used)} ...`);
  try {
    return await searchLengths(model, data, {
      ...{ method, evaluations, generations, populationSize: population },
      ...{ dropRatioBound, metric, score, seed, objective, spend: settings.spend, reducers: settings.reducers },
      fileSize: settings.fileSize,
      machine: machineName(),
      now: clockFor(settings),
      ...(!settings.race && { race: false }),
      points: configs.map((lengths) => ({ lengths })),
      resume: saved,
      ...(context.signal && { signal: context.signal }),
      onCalibration: (fit) => context.note(calibrationNote(fit, saved !== undefined)),
      onEvaluation: ({ score, cost, latencyMs, fileBytes }) => {
        scored += 1;
        progress.update(
          scored,
          Math.max(total, scored),
          `score ${score.toFixed(4)} at cost ${cost.toFixed(2)}${latencyMs === undefined ? '' : `, ${latencyMs.toFixed(1)} ms`}${fileBytes === undefined ? '' : `, ${megabytes(fileBytes)} MB`}`,
        );
      },
      onGeneration: async ({ generation, evaluations, front, proposedBy, model }, checkpoint) => {
        // A limit had cut it short, and with a higher one it was made again, whole.
        if (generation < metrics.lines.length) metrics = await openMetrics(metricsPath, generation);
        metrics.write({
          generation,
          evaluations,
          front: front.length,
          bestScore: Math.max(...front.map(({ objectives }) => objectives.score)),
          ...(proposedBy && { proposedBy }),
          ...(model?.score && { rankCorrelation: model.score.rankCorrelation }),
        });
        await writeSearchCheckpoint(folder, identity, checkpoint);
        saves += 1;
      },
    });
  } catch (error) {
    const code = knownCode(error);
    if (saved !== undefined && code?.includes('CHECKPOINT') === true) {
      throw new CliError(
        'CHECKPOINT_INVALID',
        `The search in ${folder} cannot go on: ${messageOf(error)} Leave --resume out to start anew.`,
        { cause: error },
      );
    }
    if (code !== 'ABORTED') throw error;
    const parts = method === 'surrogate' ? 'batch' : 'generation';
    const nothing = saves === 0 && learned.length === 0;
    const kept =
      saves === 0
        ? `No ${parts} was complete; what soft-extract learned is saved`
        : `${saves} ${method === 'surrogate' ? 'batches' : 'generations'} are saved`;
    throw new CliError(
      'ABORTED',
      `The search was stopped. ${nothing ? `No ${parts} was complete, so nothing was saved.` : `${kept}; ${resumeHint(settings)}`}`,
      { cause: error },
    );
  } finally {
    progress.end();
  }
};
