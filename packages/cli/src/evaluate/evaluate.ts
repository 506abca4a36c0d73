import { formatPoint, fullLength, isFullPoint } from '@length-adaptive/core';
import type { OperatingPoint } from '@length-adaptive/core';
import type {
  LabelScores,
  LabelledInput,
  ModelPrior,
  ReducerRecord,
  RunnableModel,
  ScoreName,
} from '@length-adaptive/models';
import {
  checkScore,
  createScorer,
  flipShare,
  isBeirFolder,
  macsShare,
  mean,
  predictLogits,
  reducerRecord,
} from '@length-adaptive/models';
import { chosenPoint } from '../choice/chosen-point.js';
import type { Context } from '../context/command.js';
import { evaluateRetrieval } from './evaluate-retrieval.js';
import type { EvaluateSettings } from './options.js';
import { evaluateOptions } from './options.js';
import { encodeData, maxLengthFor, readModelData } from '../data/data.js';
import { checkEngineSettings, openRunnable } from '../engine/engine.js';
import { CliError } from '../context/errors.js';
import { checkLengthSettings, parseBudget } from '../choice/length-choice.js';
import { required } from '../context/settings.js';
import { writeRunResult, writeOwnRunStart } from '../run-folder/run-folder.js';
import type { UsedEngine } from '../engine/used-engine.js';

/** What `evaluate` prints. */
export interface EvaluationResult extends UsedEngine {
  readonly scores: Readonly<Partial<Record<ScoreName, number>>>;
  /** Share of answers that are others than the full length's; absent at full length, and where answers are numbers. */
  readonly flips?: number;
  /** The scores of each label: several labels a text only. */
  readonly perLabel?: Readonly<Record<string, LabelScores>>;
  readonly examples: number;
  /** Share of the full model's MACs. */
  readonly cost: number;
  readonly point: OperatingPoint;
  readonly meanTokens: number;
  /** What ranked tokens; absent for attention. */
  readonly reducer?: ReducerRecord;
  /** What was added to that; absent for nothing. */
  readonly prior?: ModelPrior;
}

/** What ranked tokens, as far as it is not attention alone. */
const rankingOf = ({ reducer, prior }: RunnableModel): Pick<EvaluationResult, 'reducer' | 'prior'> => {
  const record = reducerRecord(reducer);
  return { ...(record && { reducer: record }), ...(prior && { prior }) };
};

/** The scores of each label of a task that gives several. */
const perLabelOf = (
  { task }: RunnableModel,
  data: readonly LabelledInput[],
  logits: readonly Float32Array[],
): Pick<EvaluationResult, 'perLabel'> => {
  const perLabel = task.labelScores?.(logits, data);
  return perLabel ? { perLabel } : {};
};

/** A line a label: its scores, and how many examples have it. */
const printLabels = (print: Context['print'], perLabel: Readonly<Record<string, LabelScores>>): void => {
  const width = Math.max(...Object.keys(perLabel).map((label) => label.length), 5);
  print(`\n${'label'.padEnd(width)}  average_precision      f1  examples  predicted`);
  for (const [label, { averagePrecision, f1, positives, predicted }] of Object.entries(perLabel)) {
    print(
      `${label.padEnd(width)}  ${(averagePrecision?.toFixed(4) ?? '-').padStart(17)}  ${f1.toFixed(4)}  ${String(positives).padStart(8)}  ${String(predicted).padStart(9)}`,
    );
  }
};

/** Logits of examples at an operating point. */
const logitsOf = async (
  model: RunnableModel,
  data: ReturnType<typeof encodeData>,
  point: OperatingPoint,
  { name, context }: { readonly name: string; readonly context: Context },
): Promise<Float32Array[]> => {
  const progress = context.progress(name, 'examples');
  const logits = await predictLogits(
    model,
    data.map(({ input }) => input),
    { point, signal: context.signal, onProgress: (done, of) => progress.update(done, of) },
  );
  progress.end();
  return logits;
};

const scoresOf = async (
  model: RunnableModel,
  data: ReturnType<typeof encodeData>,
  names: readonly ScoreName[],
  { point, context }: { readonly point: OperatingPoint; readonly context: Context },
): Promise<Pick<EvaluationResult, 'scores' | 'flips' | 'perLabel'>> => {
  const logits = await logitsOf(model, data, point, { name: 'evaluate', context });
  const scores: (readonly [ScoreName, number])[] = [];
  for (const name of names)
    scores.push([name, (await createScorer(model, data, name, { signal: context.signal }))(logits)]);
  const full =
    isFullPoint(point) || model.builtIn || !model.task.answerKeys
      ? undefined
      : await logitsOf(model, data, {}, { name: 'full length', context });
  const flips = full && flipShare(model.task, full, logits, data);
  return {
    scores: Object.fromEntries(scores),
    ...(flips !== undefined && { flips }),
    ...perLabelOf(model, data, logits),
  };
};

const printResult = (
  { print }: Context,
  { scores, flips, perLabel, examples, cost, point, meanTokens }: EvaluationResult,
): void => {
  const width = Math.max(10, ...Object.keys(scores).map((name) => name.length + 2));
  for (const [name, value] of Object.entries(scores)) print(`${name.padEnd(width)}${value.toFixed(4)}`);
  if (flips !== undefined)
    print(`${'flips'.padEnd(width)}${flips.toFixed(4)} of the answers are others than at full length`);
  print(`${'examples'.padEnd(width)}${examples} (${meanTokens.toFixed(1)} tokens on average)`);
  print(`${'cost'.padEnd(width)}${(100 * cost).toFixed(1)}% of the full model's MACs`);
  print(`${'lengths'.padEnd(width)}${formatPoint(point)}`);
  if (perLabel) printLabels(print, perLabel);
};

/** Scores a model on labelled examples. */
export const evaluate = async (settings: EvaluateSettings, context: Context): Promise<void> => {
  const source = required(settings.model, 'model');
  const path = required(settings.data, 'data');
  checkLengthSettings(settings);
  checkEngineSettings(settings);
  if (settings.budget !== undefined) parseBudget(settings.budget);
  if (await isBeirFolder(path)) return evaluateRetrieval(settings, context);
  const examples = await readModelData(path, settings);
  const opened = await openRunnable(source, settings, context);
  const { model, used } = opened;
  try {
    const data = encodeData(opened, examples, {
      maxLength: maxLengthFor(opened, settings.maxLength),
      stride: settings.stride,
    });
    const lengths = data.map(({ input }) => input.ids.length);
    const point = (await chosenPoint(settings, opened, lengths, context)) ??
      model.builtIn ?? { lengths: fullLength(model.dimensions.layers) };
    const names = settings.metric ?? [model.task.defaultMetric];
    for (const name of names) checkScore(model.task, name, data);
    if (settings.out !== undefined) await writeOwnRunStart(settings.out, evaluateOptions, settings, used);
    const result: EvaluationResult = {
      ...(await scoresOf(model, data, names, { point, context })),
      examples: examples.examples.length,
      cost: macsShare(model, point, lengths),
      point,
      meanTokens: mean(lengths),
      ...rankingOf(model),
      ...used,
    };
    if (settings.out !== undefined) await writeRunResult(settings.out, result);
    if (settings.json) context.print(JSON.stringify(result));
    else printResult(context, result);
    checkMinScore(settings, names[0], result);
  } finally {
    model.dispose();
  }
};

const checkMinScore = (
  { minScore }: EvaluateSettings,
  name: ScoreName | undefined,
  { scores }: EvaluationResult,
): void => {
  const score = name === undefined ? undefined : scores[name];
  if (minScore === undefined || score === undefined || score >= minScore) return;
  throw new CliError('SCORE_TOO_LOW', `${name} is ${score.toFixed(4)}, below --min-score ${minScore}.`);
};
