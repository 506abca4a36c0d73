import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { LabelledInput, LatencyFit, LengthAdaptiveFile, LengthSearchCheckpoint, LengthSearchResult } from '@length-adaptive/models';
import {
  formatLengthAdaptiveFile,
  hasLengthDrop,
  lengthAdaptiveFileName,
  openSource,
  searchLengths,
  validateLengthAdaptiveFile,
  writeFile,
} from '@length-adaptive/models';
import type { Context } from '../command.js';
import type { SearchSettings } from '../commands/search.js';
import { searchFolder, searchOptions } from '../commands/search.js';
import type { DataSet } from '../data.js';
import { digestOf, encodeData, maxLengthFor, noData, readData, sampleData, splitData } from '../data.js';
import { digestedSource } from '../digested-source.js';
import { checkEngineSettings, openRunnable } from '../engine.js';
import { CliError } from '../errors.js';
import { knownCode } from '../exit-codes.js';
import { measureBaselines } from '../measure-baselines.js';
import type { SearchWork } from '../measure-pareto-set.js';
import { countShared, meanLength, measureParetoSet, reportMetricOf } from '../measure-pareto-set.js';
import { checkModelFolder } from '../model-folder.js';
import { openMetrics } from '../metrics-log.js';
import { commandLine } from '../options/command-line.js';
import { required, savedSettings } from '../options/settings.js';
import { paretoChart } from '../report/pareto-chart.js';
import { reportPage } from '../report/report-page.js';
import type { SearchReport } from '../report/search-report.js';
import { searchText } from '../report/search-text.js';
import { runFiles, writeRunResult, writeRunStart } from '../run-folder.js';
import { hasSearchCheckpoint, readSearchCheckpoint, writeSearchCheckpoint } from '../search-checkpoint.js';
import type { SearchIdentity } from '../search-checkpoint.js';
import { describeEngine } from '../used-engine.js';
import { learnConfigs, readTrainingData } from '../soft-extract.js';
import { currentVersions } from '../versions.js';
import { withoutLengthDrop } from '../without-length-drop.js';

interface GenerationLine {
  readonly generation: number;
  readonly evaluations: number;
  /** Configurations of the population's front. */
  readonly front: number;
  readonly bestScore: number;
}

const resumeHint = ({ model = '', out }: SearchSettings): string => `go on with: lat search --resume --model ${model}${out === undefined ? '' : ` --out ${out}`}`;

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

/** Reads the examples to search on, and those to report on. */
const readSets = async (path: string, settings: SearchSettings): Promise<{ readonly searched: DataSet; readonly heldOut: DataSet }> => {
  const { reportData, heldOutShare = 0, limit, seed } = settings;
  if (reportData !== undefined && heldOutShare > 0) throw new CliError('USAGE', 'Give --report-data or --held-out-share, not both.');
  if (heldOutShare === 0) {
    const heldOut = reportData === undefined ? noData : await readData(reportData, { ...settings, limit: undefined });
    return { searched: await readData(path, settings), heldOut };
  }
  const { rest, aside } = splitData(await readData(path, { ...settings, limit: undefined }), heldOutShare, seed);
  if (rest.examples.length === 0 || aside.examples.length === 0) {
    throw new CliError('INPUT_INVALID', `--held-out-share ${heldOutShare} of ${path} leaves ${rest.examples.length} examples to search on and ${aside.examples.length} to report on; give a share that leaves some of both.`);
  }
  return { searched: sampleData(rest, limit, seed), heldOut: aside };
};

/** Errors of prediction above this are worth a word. */
const largeError = 0.15;

const calibrationNote = ({ error, heldOut }: LatencyFit, resumed: boolean): string => {
  if (resumed) return `Times are predicted as they were when the search began (median error ${percent(error)}).`;
  const advice = error > largeError ? ' That is much: something else keeps the machine busy. Search when it is quiet, or by MACs.' : '';
  return `Times are predicted with a median error of ${percent(error)}, on ${heldOut} passes that were not fitted.${advice}`;
};

const runSearch = async ({ settings, context, opened, weights, data, folder, learned }: SearchWork): Promise<LengthSearchResult> => {
  const { generations, population: populationSize, dropRatioBound, metric, seed, objective } = settings;
  const { model } = opened;
  const identity: SearchIdentity = { weights, data: digestOf(data) };
  const saved = settings.resume ? ((await readSearchCheckpoint(folder, identity)) as LengthSearchCheckpoint) : undefined;
  if (!settings.resume && hasSearchCheckpoint(folder)) context.note(`Starting anew; the checkpoint in ${folder} is replaced (--resume would have gone on from it).`);
  const metricsPath = join(folder, runFiles.metrics);
  const done = saved === undefined ? 0 : saved.generation + 1;
  const metrics = await openMetrics<GenerationLine>(metricsPath, done);
  const progress = context.progress('search', 'configurations');
  const total = (generations + 1) * populationSize + 2 + learned.length;
  let scored = saved === undefined ? 0 : saved.evaluated.length;
  let saves = done;
  if (objective === 'latency' && saved === undefined) context.note(`Calibrating the time of a text on ${describeEngine(opened.used)} ...`);
  try {
    return await searchLengths(model, data, {
      ...{ generations, populationSize, dropRatioBound, metric, seed, objective },
      configs: learned.map(({ lengthConfig }) => lengthConfig),
      resume: saved,
      ...(context.signal && { signal: context.signal }),
      onCalibration: (fit) => context.note(calibrationNote(fit, saved !== undefined)),
      onEvaluation: ({ score, cost, latencyMs }) => {
        scored += 1;
        progress.update(scored, Math.max(total, scored), `score ${score.toFixed(4)} at cost ${cost.toFixed(2)}${latencyMs === undefined ? '' : `, ${latencyMs.toFixed(1)} ms`}`);
      },
      onGeneration: async ({ generation, evaluations, front }, checkpoint) => {
        metrics.write({ generation, evaluations, front: front.length, bestScore: Math.max(...front.map(({ objectives }) => objectives.score)) });
        await writeSearchCheckpoint(folder, identity, checkpoint);
        saves += 1;
      },
    });
  } catch (error) {
    if (knownCode(error) !== 'ABORTED') throw error;
    const how =
      saves === 0
        ? 'No generation was complete, so nothing was saved.'
        : `${saves} generations are saved; ${resumeHint(settings)}`;
    throw new CliError('ABORTED', `The search was stopped. ${how}`, { cause: error });
  } finally {
    progress.end();
  }
};

const reportOf = (measured: Pick<SearchReport, 'full' | 'paretoSet' | 'baselines'>, result: LengthSearchResult, { settings, opened, data, heldOut, maxLength, learned }: SearchWork): SearchReport => ({
  model: settings.model ?? '',
  data: settings.data ?? '',
  reportData: settings.reportData,
  heldOutShare: settings.heldOutShare,
  examples: data.length,
  heldOutExamples: heldOut.length,
  sharedExamples: countShared(heldOut, data),
  meanTokens: meanLength(data),
  maxLength,
  objective: settings.objective,
  calibration: result.latency,
  metric: settings.metric ?? opened.model.task.defaultMetric,
  reportMetric: reportMetricOf(settings, opened),
  seed: settings.seed,
  generations: result.generations,
  evaluations: result.evaluations,
  speed: settings.latency ? { samples: Math.min(settings.speedSamples, data.length), repeats: settings.speedRepeats } : undefined,
  engine: opened.used,
  threads: settings.threads,
  ...measured,
  learned,
  withoutLengthDrop: hasLengthDrop(opened.lengthAdaptive)
    ? undefined
    : withoutLengthDrop(measured, { settings, metric: settings.metric ?? opened.model.task.defaultMetric, reportMetric: reportMetricOf(settings, opened) }),
  versions: currentVersions(),
  command: commandLine('search', searchOptions, { ...settings, engine: opened.used.engine }),
});

/** `length_adaptive.json` with the search in it; what it said about training is kept. */
const fileOf = async (source: string, report: SearchReport): Promise<LengthAdaptiveFile> => {
  const path = join(source, lengthAdaptiveFileName);
  const before = await readFile(path, 'utf8').then(
    (content) => validateLengthAdaptiveFile(JSON.parse(content), path),
    () => undefined,
  );
  const { seed, generations, evaluations, metric, reportMetric, data, examples, meanTokens, full, reportData, heldOutShare, heldOutExamples, paretoSet, engine } = report;
  return {
    ...before,
    format: 'length-adaptive',
    version: 1,
    search: {
      ...{ seed, generations, evaluations, metric, objective: report.objective, split: basename(data), examples, meanTokens, full },
      ...(report.calibration && { calibration: report.calibration }),
      ...(heldOutExamples > 0 && {
        heldOut: { split: basename(reportData ?? data), ...(reportData === undefined && { share: heldOutShare }), examples: heldOutExamples, shared: report.sharedExamples, metric: reportMetric },
      }),
      ...(report.speed && { speed: { ...report.speed, ...engine, threads: report.threads, cpu: report.versions.cpu } }),
    },
    paretoSet,
  };
};

const measure = async (result: LengthSearchResult, work: SearchWork): Promise<Pick<SearchReport, 'full' | 'paretoSet' | 'baselines'>> => {
  try {
    return { ...(await measureParetoSet(result, work)), baselines: await measureBaselines(work) };
  } catch (error) {
    if (knownCode(error) !== 'ABORTED') throw error;
    throw new CliError('ABORTED', `Stopped while the Pareto set was measured; the search itself is saved: ${resumeHint(work.settings)}`, { cause: error });
  }
};

/** Searches the length configurations of a model; writes its Pareto set, a chart and a report. */
export const search = async (settings: SearchSettings, context: Context): Promise<void> => {
  const source = required(settings.model, 'model');
  const path = required(settings.data, 'data');
  const folder = searchFolder(settings) ?? source;
  if (settings.out === undefined) checkModelFolder(source, 'search');
  checkEngineSettings(settings);
  const sets = await readSets(path, settings);
  const training = await readTrainingData(settings);
  const files = digestedSource(await openSource(source));
  const opened = await openRunnable(files, settings, context);
  try {
    const maxLength = maxLengthFor(opened, settings.maxLength);
    const inputsOf = (data: DataSet): LabelledInput[] => encodeData(opened, data, { maxLength, stride: settings.stride });
    const [data, heldOut] = [inputsOf(sets.searched), inputsOf(sets.heldOut)];
    await writeRunStart(folder, { ...savedSettings(searchOptions, settings), maxLength }, opened.used);
    const learned = await learnConfigs({ settings, context, folder, training: training ? inputsOf(training) : [] });
    const work: SearchWork = { settings, context, opened, folder, maxLength, weights: files.weights(), data, heldOut, learned };
    const result = await runSearch(work);
    const report = reportOf(await measure(result, work), result, work);

    if (report.sharedExamples > 0) context.note(`${report.sharedExamples} held-out examples were searched on too: the held-out scores are a little too good.`);
    const [chart, page, ours] = [join(folder, 'pareto.svg'), join(folder, 'report.html'), join(settings.out ?? source, lengthAdaptiveFileName)];
    const lengthAdaptive = await fileOf(source, report);
    await writeFile(chart, paretoChart(report));
    await writeFile(page, reportPage(report));
    await writeRunResult(folder, { ...report, lengthAdaptive: ours });
    await writeFile(ours, formatLengthAdaptiveFile(lengthAdaptive));
    if (settings.json) context.print(JSON.stringify({ ...report, lengthAdaptive: ours, chart, report: page }));
    else for (const line of searchText(report)) context.print(line);
    if (!settings.json) for (const file of [ours, chart, page]) context.note(`wrote ${file}`);
  } finally {
    opened.model.dispose();
  }
};
