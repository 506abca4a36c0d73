import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { LengthAdaptiveFile, LengthSearchResult } from '@length-adaptive/models';
import {
  formatLengthAdaptiveFile,
  lengthAdaptiveFileName,
  openSource,
  searchLengths,
  validateLengthAdaptiveFile,
  writeFile,
} from '@length-adaptive/models';
import type { Context } from '../command.js';
import type { SearchSettings } from '../commands/search.js';
import { searchFolder, searchOptions } from '../commands/search.js';
import { digestOf, encodeData, maxLengthFor, noData, readData } from '../data.js';
import { digestedSource } from '../digested-source.js';
import { checkEngineSettings, openRunnable } from '../engine.js';
import { CliError } from '../errors.js';
import { knownCode } from '../exit-codes.js';
import type { SearchWork } from '../measure-pareto-set.js';
import { countShared, meanLength, measureParetoSet, reportMetricOf } from '../measure-pareto-set.js';
import { checkModelFolder } from '../model-folder.js';
import { openMetrics } from '../metrics-log.js';
import { commandLine } from '../options/command-line.js';
import { required, savedSettings } from '../options/settings.js';
import { paretoChart } from '../report/pareto-chart.js';
import { reportPage } from '../report/report-page.js';
import type { SearchReport } from '../report/search-report.js';
import { runFiles, writeRunResult, writeRunStart } from '../run-folder.js';
import { hasSearchCheckpoint, readSearchCheckpoint, writeSearchCheckpoint } from '../search-checkpoint.js';
import type { SearchIdentity } from '../search-checkpoint.js';
import { currentVersions } from '../versions.js';

interface GenerationLine {
  readonly generation: number;
  readonly evaluations: number;
  /** Configurations of the population's front. */
  readonly front: number;
  readonly bestScore: number;
}

const resumeHint = ({ model = '', out }: SearchSettings): string => `go on with: lat search --resume --model ${model}${out === undefined ? '' : ` --out ${out}`}`;

const runSearch = async ({ settings, context, opened, weights, data, folder }: SearchWork): Promise<LengthSearchResult> => {
  const { generations, population: populationSize, dropRatioBound, metric, seed } = settings;
  const { model } = opened;
  const identity: SearchIdentity = { weights, data: digestOf(data) };
  const saved = settings.resume ? await readSearchCheckpoint(folder, identity) : undefined;
  if (!settings.resume && hasSearchCheckpoint(folder)) context.note(`Starting anew; the checkpoint in ${folder} is replaced (--resume would have gone on from it).`);
  const metricsPath = join(folder, runFiles.metrics);
  const done = saved === undefined ? 0 : (saved as { generation: number }).generation + 1;
  const metrics = await openMetrics<GenerationLine>(metricsPath, done);
  const progress = context.progress('search', 'configurations');
  const total = (generations + 1) * populationSize + 2;
  let scored = saved === undefined ? 0 : (saved as { evaluated: readonly unknown[] }).evaluated.length;
  let saves = done;
  try {
    return await searchLengths(model, data, {
      ...{ generations, populationSize, dropRatioBound, metric, seed },
      resume: saved,
      ...(context.signal && { signal: context.signal }),
      onEvaluation: ({ score, cost }) => {
        scored += 1;
        progress.update(scored, Math.max(total, scored), `score ${score.toFixed(4)} at cost ${cost.toFixed(2)}`);
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

const reportOf = (measured: Pick<SearchReport, 'full' | 'paretoSet'>, result: LengthSearchResult, { settings, opened, data, heldOut }: SearchWork): SearchReport => ({
  model: settings.model ?? '',
  data: settings.data ?? '',
  reportData: settings.reportData,
  examples: data.length,
  heldOutExamples: heldOut.length,
  sharedExamples: countShared(heldOut, data),
  meanTokens: meanLength(data),
  metric: settings.metric ?? opened.model.task.defaultMetric,
  reportMetric: reportMetricOf(settings, opened),
  seed: settings.seed,
  generations: result.generations,
  evaluations: result.evaluations,
  speed: settings.latency ? { samples: Math.min(settings.speedSamples, data.length), repeats: settings.speedRepeats } : undefined,
  engine: opened.used,
  threads: settings.threads,
  ...measured,
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
  const { seed, generations, evaluations, metric, reportMetric, data, examples, meanTokens, full, reportData, heldOutExamples, paretoSet, engine } = report;
  return {
    ...before,
    format: 'length-adaptive',
    version: 1,
    search: {
      ...{ seed, generations, evaluations, metric, split: basename(data), examples, meanTokens, full },
      ...(reportData !== undefined && { heldOut: { split: basename(reportData), examples: heldOutExamples, shared: report.sharedExamples, metric: reportMetric } }),
      ...(report.speed && { speed: { ...report.speed, ...engine, threads: report.threads, cpu: report.versions.cpu } }),
    },
    paretoSet,
  };
};

const printResult = ({ print, note }: Context, { paretoSet, full, metric, reportMetric }: SearchReport, files: readonly string[]): void => {
  const cells = [...paretoSet, ...(paretoSet.some(({ cost }) => cost === full.cost) ? [] : [full])].map(({ cost, score, heldOutScore, speedup, lengthConfig }) => [
    cost.toFixed(3),
    score.toFixed(4),
    ...(heldOutScore === undefined ? [] : [heldOutScore.toFixed(4)]),
    ...(speedup === undefined ? [] : [`${speedup.toFixed(2)}x`]),
    lengthConfig.map((ratio) => ratio.toFixed(2)).join(' '),
  ]);
  const [first] = paretoSet;
  const head = ['cost', metric, ...(first?.heldOutScore === undefined ? [] : [`${reportMetric}, held-out`]), ...(first?.speedup === undefined ? [] : ['speed-up']), 'lengths'];
  const widths = head.map((name, i) => Math.max(name.length, ...cells.map((row) => row[i]?.length ?? 0)));
  for (const row of [head, ...cells]) print(row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ').trimEnd());
  for (const file of files) note(`wrote ${file}`);
};

/** Searches the length configurations of a model; writes its Pareto set, a chart and a report. */
export const search = async (settings: SearchSettings, context: Context): Promise<void> => {
  const source = required(settings.model, 'model');
  const path = required(settings.data, 'data');
  const folder = searchFolder(settings) ?? source;
  if (settings.out === undefined) checkModelFolder(source, 'search');
  checkEngineSettings(settings);
  const examples = await readData(path, settings);
  const heldOutExamples = settings.reportData === undefined ? noData : await readData(settings.reportData, { ...settings, limit: undefined });
  const files = digestedSource(await openSource(source));
  const opened = await openRunnable(files, settings, context);
  try {
    const maxLength = maxLengthFor(opened, settings.maxLength);
    const work: SearchWork = {
      ...{ settings, context, opened, folder },
      weights: files.weights(),
      data: encodeData(opened, examples, { maxLength, stride: settings.stride }),
      heldOut: encodeData(opened, heldOutExamples, { maxLength, stride: settings.stride }),
    };
    await writeRunStart(folder, { ...savedSettings(searchOptions, settings), maxLength }, opened.used);
    const result = await runSearch(work);
    const report = reportOf(await measureParetoSet(result, work).catch((error: unknown) => {
      if (knownCode(error) !== 'ABORTED') throw error;
      throw new CliError('ABORTED', `Stopped while the Pareto set was measured; the search itself is saved: ${resumeHint(settings)}`, { cause: error });
    }), result, work);

    if (report.sharedExamples > 0) context.note(`${report.sharedExamples} examples of --report-data were searched on too: the held-out scores are a little too good.`);
    const [chart, page, ours] = [join(folder, 'pareto.svg'), join(folder, 'report.html'), join(settings.out ?? source, lengthAdaptiveFileName)];
    const lengthAdaptive = await fileOf(source, report);
    await writeFile(chart, paretoChart(report));
    await writeFile(page, reportPage(report));
    await writeRunResult(folder, { ...report, lengthAdaptive: ours });
    await writeFile(ours, formatLengthAdaptiveFile(lengthAdaptive));
    if (settings.json) context.print(JSON.stringify({ ...report, lengthAdaptive: ours, chart, report: page }));
    else printResult(context, report, [ours, chart, page]);
  } finally {
    opened.model.dispose();
  }
};
