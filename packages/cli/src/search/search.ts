import { join } from 'node:path';
import type { DepartedAnswer, LabelledInput, LengthSearchResult } from '@length-adaptive/models';
import {
  calledTask,
  taskDefinitionOf,
  checkScore,
  formatLengthAdaptiveFile,
  hasLengthDrop,
  hasWeights,
  lengthAdaptiveFileName,
  scoreNameFor,
  weighsFileSize,
  writeFile,
} from '@length-adaptive/models';
import type { Context } from '../context/command.js';
import type { SearchSettings } from './options.js';
import { searchOptions } from './options.js';
import { searchFolder } from './search-folder.js';
import { canLearnDeparted, learnDeparted } from '../choice/learn-departed.js';
import type { DataSet } from '../data/data.js';
import type { OpenedModel } from '../engine/opened-model.js';
import { encodeData, maxLengthFor } from '../data/data.js';
import type { DigestedModel } from '../data/digested-source.js';
import { digestedModel } from '../data/digested-source.js';
import { checkEngineSettings, openRunnable } from '../engine/engine.js';
import { CliError } from '../context/errors.js';
import { knownCode } from '../context/exit-codes.js';
import { checkModelFolder } from '../run-folder/model-folder.js';
import { commandLine } from '../context/command-line.js';
import { refuseIdle, required, savedSettings } from '../context/settings.js';
import { studyOf } from './length-study.js';
import type { ScoresElsewhere } from './score-elsewhere.js';
import { checkQueue, scoreElsewhere } from './score-elsewhere.js';
import { optimismOf } from './optimism.js';
import { paretoChart } from './pareto-chart.js';
import { reportPage } from './report-page.js';
import type { SearchReport } from './search-report.js';
import { searchText } from './search-text.js';
import { checkNoOtherRun, writeRunResult, writeRunStart } from '../run-folder/run-folder.js';
import { measureBaselines } from './measure-baselines.js';
import type { SearchWork } from './search-work.js';
import { countShared, meanLength, measureParetoSet, reportMetricOf } from './measure-pareto-set.js';
import { resumeHint, runSearch } from './run-search.js';
import { hasSearchCheckpoint, removeEarlierSearch, searchReports } from './search-checkpoint.js';
import { withSearch } from './search-record.js';
import { traceExample } from './example-tokens.js';
import { documentsOf, readSearchSets } from './search-sets.js';
import type { SettledSearch } from './settle-method.js';
import { settleMethod } from './settle-method.js';
import { checkSoftExtract, learnConfigs, readTrainingData } from './soft-extract.js';
import { withoutLengthDrop } from './without-length-drop.js';
import { currentVersions } from '../run-folder/versions.js';

/** What is measured after the search. */
type MeasuredReport = Pick<SearchReport, 'full' | 'paretoSet' | 'fewerLayers' | 'baselines' | 'example'>;

const reportOf = (
  measured: MeasuredReport,
  result: LengthSearchResult,
  { settings, opened, data, training, heldOut, maxLength, learned }: SearchWork,
): SearchReport => ({
  model: settings.model ?? '',
  data: settings.data ?? '',
  reportData: settings.reportData,
  heldOutShare: settings.heldOutShare,
  examples: data.length,
  heldOutExamples: heldOut.length,
  sharedExamples: countShared(heldOut, [...data, ...training]),
  meanTokens: meanLength(data),
  maxLength,
  objective: settings.objective,
  fileSize: weighsFileSize(settings),
  calibration: result.latency,
  metric: scoreNameFor(opened.model.task, settings.metric),
  reportMetric: reportMetricOf(settings, opened),
  seed: settings.seed,
  method: result.method,
  generations: result.generations,
  evaluations: result.evaluations,
  raced: result.raced,
  speed: settings.latency
    ? { samples: Math.min(settings.speedSamples, data.length), repeats: settings.speedRepeats }
    : undefined,
  engine: opened.used,
  threads: settings.threads,
  ...measured,
  optimism: optimismOf(measured, {
    metric: scoreNameFor(opened.model.task, settings.metric),
    reportMetric: reportMetricOf(settings, opened),
  }),
  learned,
  withoutLengthDrop: hasLengthDrop(opened.lengthAdaptive)
    ? undefined
    : withoutLengthDrop(measured, {
        ...{
          settings,
          metric: scoreNameFor(opened.model.task, settings.metric),
          reportMetric: reportMetricOf(settings, opened),
        },
        task: calledTask(taskDefinitionOf(opened.model.task.name)),
      }),
  versions: currentVersions(),
  command: commandLine('search', searchOptions, { ...settings, engine: opened.used.engine }),
});

const measure = async (result: LengthSearchResult, work: SearchWork): Promise<MeasuredReport> => {
  try {
    const measured = await measureParetoSet(result, work);
    const example = await traceExample(measured.paretoSet, work);
    const baselines = await measureBaselines(work, measured.full.latencyMs);
    return { ...measured, ...(example && { example }), baselines };
  } catch (error) {
    if (knownCode(error) !== 'ABORTED') throw error;
    throw new CliError(
      'ABORTED',
      `Stopped while the Pareto set was measured; the search itself is saved: ${resumeHint(work.settings)}`,
      { cause: error },
    );
  }
};

/** The model with tokens that answer, once they have left, as scores best on what is searched on; as it is where somebody said how they do. */
const withLearnedDeparted = async (
  opened: OpenedModel,
  data: readonly LabelledInput[],
  { settings, context, source }: Pick<SearchWork, 'settings' | 'context'> & { readonly source: DigestedModel },
): Promise<OpenedModel> => {
  const { model, lengthAdaptive } = opened;
  const said = settings.departed ?? lengthAdaptive?.departed;
  if (said !== undefined || !canLearnDeparted(model.task, data)) return opened;
  if (!(await hasWeights(source.files))) return opened; // an exported file answers as it was exported
  const quiet = { note: () => undefined };
  const open = (asked: DepartedAnswer): Promise<OpenedModel> =>
    openRunnable(source.files, { ...settings, ...source.opening, departed: asked }, quiet);
  const departed = await learnDeparted(data, { metric: settings.metric, open, usual: 'state', context });
  if (departed === 'state') return { ...opened, lengthAdaptive: lengthAdaptive && { ...lengthAdaptive, departed } };
  model.dispose();
  return open(departed);
};

/**
 * A Pareto set is of what was opened, and whoever opens the folder without an option opens something else.
 *
 * @throws CliError `USAGE`
 */
const checkOut = ({ out, adapter, tower }: SettledSearch): void => {
  if (out !== undefined || (adapter === undefined && tower !== 'texts')) return;
  const [what, where] =
    adapter === undefined
      ? ['--tower texts', 'a folder of its own']
      : ['--adapter', 'the folder of the adapter, where it is found by whoever opens the model with it, or another'];
  throw new CliError(
    'USAGE',
    `What a search with ${what} finds is not written into the model, which opens otherwise without it. Give --out DIR: ${where}.`,
  );
};

/** Searches the length configurations of a model; writes its Pareto set, a chart and a report. */
export const search = async (given: SearchSettings, context: Context): Promise<void> => {
  const settings = settleMethod(given);
  const model = required(settings.model, 'model');
  const path = required(settings.data, 'data');
  const folder = searchFolder(settings) ?? model;
  checkOut(settings);
  if (settings.out === undefined) checkModelFolder(model, 'search');
  checkEngineSettings(settings);
  checkSoftExtract(settings);
  if (settings.redis === undefined)
    refuseIdle(
      searchOptions,
      settings,
      ['queue'],
      (flag) => `${flag} is for --redis URL, which is not given; leave it out, or give both.`,
    );
  if (settings.redis !== undefined) await checkQueue(settings.redis);
  const sets = await readSearchSets(path, settings);
  const trainingSet = await readTrainingData(settings);
  const source = await digestedModel(model, settings);
  let opened = await openRunnable(source.files, { ...settings, ...source.opening }, context);
  let elsewhere: ScoresElsewhere | undefined;
  try {
    const maxLength = maxLengthFor(opened, settings.maxLength);
    const inputsOf = (data: DataSet): LabelledInput[] =>
      documentsOf(opened, data, { maxLength, limit: settings.limit, seed: settings.seed }) ??
      encodeData(opened, data, { maxLength, stride: settings.stride });
    const [data, heldOut, training] = [inputsOf(sets.searched), inputsOf(sets.heldOut), inputsOf(trainingSet)];
    opened = await withLearnedDeparted(opened, data, { settings, context, source });
    for (const name of [settings.metric, settings.reportMetric])
      if (name !== undefined) checkScore(opened.model.task, name, data);
    if (!settings.resume) {
      if (settings.out !== undefined) await checkNoOtherRun(folder, searchOptions); // before any of it is taken away
      if (hasSearchCheckpoint(folder))
        context.note(`Starting anew; the checkpoint in ${folder} is removed (--resume would have gone on from it).`);
      await removeEarlierSearch(folder);
    }
    await writeRunStart(folder, { ...savedSettings(searchOptions, settings), maxLength }, opened.used);
    const weights = source.weightFilesDigest();
    const learned = await learnConfigs({ settings, context, folder, weights, training });
    if (settings.redis !== undefined) {
      elsewhere = await scoreElsewhere(
        { redis: settings.redis, queue: settings.queue },
        studyOf(settings, { opened, weights, data, maxLength }),
        context,
      );
    }
    const work: SearchWork = {
      settings,
      context,
      opened,
      folder,
      maxLength,
      weights,
      data,
      training,
      heldOut,
      learned,
      score: elsewhere?.score,
    };
    const result = await runSearch(work);
    const report = reportOf(await measure(result, work), result, work);

    if (report.sharedExamples > 0)
      context.note(
        `${report.sharedExamples} held-out examples were ${training.length > 0 ? 'searched on or learned from' : 'searched on'} too: the held-out scores are a little too good.`,
      );
    const [chart, page, ours] = [
      join(folder, searchReports.chart),
      join(folder, searchReports.page),
      join(settings.out ?? model, lengthAdaptiveFileName),
    ];
    const lengthAdaptive = withSearch(opened.lengthAdaptive, report);
    await writeFile(chart, paretoChart(report));
    await writeFile(page, reportPage(report));
    await writeRunResult(folder, { ...report, lengthAdaptive: ours });
    await writeFile(ours, formatLengthAdaptiveFile(lengthAdaptive));
    if (settings.json) context.print(JSON.stringify({ ...report, lengthAdaptive: ours, chart, report: page }));
    else for (const line of searchText(report)) context.print(line);
    if (!settings.json) for (const file of [ours, chart, page]) context.note(`wrote ${file}`);
  } finally {
    await elsewhere?.close();
    opened.model.dispose();
  }
};
