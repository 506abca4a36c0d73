import type { OperatingPoint } from '@length-adaptive/core';
import type {
  LabelledInput,
  LatencyFit,
  LengthSearchResult,
  MetricName,
  ParetoPoint,
  SpeedMeasurement,
} from '@length-adaptive/models';
import { createLatencyModel, measureSpeed } from '@length-adaptive/models';
import { clockFor } from './clock-for.js';
import { beatenInTime } from './beaten-in-time.js';
import { scoreFewerLayers } from './fewer-layers.js';
import type { SearchSettings } from './options.js';
import { metricNames } from '../context/common.js';
import { digestOf, sample } from '../data/data.js';
import type { OpenedModel } from '../engine/opened-model.js';
import type { ReportedPoint } from './reported-point.js';
import { measureAnswers } from './measure-answers.js';
import type { SearchWork } from './search-work.js';
import { sourceOf } from './soft-extract.js';

/** Full length, Pareto set and points with fewer layers, with everything that is measured after the search. */
export const measureParetoSet = async (
  result: LengthSearchResult,
  work: SearchWork,
): Promise<{ full: ReportedPoint; paretoSet: ReportedPoint[]; fewerLayers: ReportedPoint[] }> => {
  const { full, paretoSet, latency } = result;
  const { settings, context, opened, data, heldOut, learned } = work;
  const { model } = opened;
  const fewerLayers = await scoreFewerLayers(result, work);
  const meanTokens = Math.round(meanLength(data));
  const metric = reportMetricOf(settings, opened);
  const points = [full, ...paretoSet, ...fewerLayers];
  const answers = await measureAnswers(
    model,
    points.map(({ point }) => point),
    { heldOut, searched: data, metric, context },
  );
  const sampled = sample(data, settings.speedSamples, settings.seed);
  const speeds = settings.latency ? await measureSpeeds(points.slice(1), { settings, context, opened, sampled }) : [];
  const predictedTime = latency && predictTime(latency, model.dimensions.layers, sampled);
  const [reportedFull, ...reported] = points.map((found, index): ReportedPoint => {
    const speed = speeds[index];
    const { latencyMs: predictedMs, ...plain } = found;
    const { point } = found;
    const source = sourceOf(point, learned);
    return {
      ...plain,
      ...(source !== undefined && { source }),
      ...(predictedMs !== undefined && { predictedMs, latencyMs: predictedMs }),
      macs: model.macs(meanTokens, point),
      ...answers[index],
      ...(speed && { latencyMs: speed.milliseconds, speedup: speed.speedup }),
      ...(speed && predictedTime && { predictedSpeedup: predictedTime(full.point) / predictedTime(point) }),
    };
  });
  const whole = reportedFull ?? full;
  const searched = reported.slice(0, paretoSet.length);
  const beaten = beatenInTime(whole, searched);
  return {
    full: whole,
    paretoSet: searched.map((point, i) => ({ ...point, ...(beaten[i] !== undefined && { beatenBy: beaten[i] }) })),
    fewerLayers: reported.slice(paretoSet.length),
  };
};

/** What the held-out examples are scored by: the metric of the search, or the task's own when that was no metric. */
export const reportMetricOf = ({ metric, reportMetric }: SearchSettings, { model }: OpenedModel): MetricName =>
  reportMetric ?? metricNames.find((name) => name === metric) ?? model.task.defaultMetric;

/** The time of examples as a search predicted it: comparable with what is measured on the same ones. */
const predictTime = (
  fit: LatencyFit,
  layers: number,
  examples: readonly LabelledInput[],
): ((point: OperatingPoint) => number) => {
  const model = createLatencyModel(fit, layers);
  return (point) => examples.reduce((sum, { input }) => sum + model.milliseconds(input.ids.length, point), 0);
};

const measureSpeeds = async (
  found: readonly ParetoPoint[],
  {
    settings,
    context,
    opened,
    sampled,
  }: Pick<SearchWork, 'settings' | 'context' | 'opened'> & { readonly sampled: readonly LabelledInput[] },
): Promise<readonly SpeedMeasurement[]> => {
  const inputs = sampled.map(({ input }) => input);
  context.note(`Measuring the speed of ${found.length} configurations on ${inputs.length} texts ...`);
  const points = found.map(({ point }) => point);
  return measureSpeed(opened.model, inputs, points, {
    repeats: settings.speedRepeats,
    now: clockFor(settings),
    ...(context.signal && { signal: context.signal }),
  });
};

/** Mean tokens of examples. */
export const meanLength = (data: readonly LabelledInput[]): number =>
  data.reduce((sum, { input }) => sum + input.ids.length, 0) / data.length;

/** How many held-out examples are among those that were searched on or learned from. */
export const countShared = (heldOut: readonly LabelledInput[], seen: readonly LabelledInput[]): number => {
  // All images of a model have the same tokens.
  const keyOf = ({ input: { ids, pixels } }: LabelledInput): string =>
    pixels ? digestOf([{ input: { ids, pixels } }]) : Array.from(ids).join(' ');
  const keys = new Set(seen.map(keyOf));
  return heldOut.filter((example) => keys.has(keyOf(example))).length;
};
