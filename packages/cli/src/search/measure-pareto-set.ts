import type { OperatingPoint } from '@length-adaptive/core';
import type {
  LabelledInput,
  LatencyFit,
  LengthSearchResult,
  MetricName,
  SpeedMeasurement,
} from '@length-adaptive/models';
import { createLatencyModel, measureSpeed } from '@length-adaptive/models';
import { beatenInTime } from './beaten-in-time.js';
import type { SearchSettings } from './options.js';
import { metricNames } from '../context/common.js';
import { sample } from '../data/data.js';
import type { OpenedModel } from '../engine/opened-model.js';
import type { ReportedPoint } from './reported-point.js';
import { measureAnswers } from './measure-answers.js';
import type { SearchWork } from './search-work.js';
import { sourceOf } from './soft-extract.js';

/** Full length and Pareto set with everything that is measured after the search. */
export const measureParetoSet = async (
  { full, paretoSet, latency }: LengthSearchResult,
  { settings, context, opened, data, heldOut, learned }: SearchWork,
): Promise<{ full: ReportedPoint; paretoSet: ReportedPoint[] }> => {
  const { model } = opened;
  const meanTokens = Math.round(meanLength(data));
  const metric = reportMetricOf(settings, opened);
  const points = [full, ...paretoSet];
  const answers = await measureAnswers(
    model,
    points.map(({ point }) => point),
    { heldOut, searched: data, metric, context },
  );
  const sampled = sample(data, settings.speedSamples, settings.seed);
  const speeds = settings.latency ? await measureSpeeds(paretoSet, { settings, context, opened, sampled }) : [];
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
  const beaten = beatenInTime(whole, reported);
  return {
    full: whole,
    paretoSet: reported.map((point, i) => ({ ...point, ...(beaten[i] !== undefined && { beatenBy: beaten[i] }) })),
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
  paretoSet: LengthSearchResult['paretoSet'],
  {
    settings,
    context,
    opened,
    sampled,
  }: Pick<SearchWork, 'settings' | 'context' | 'opened'> & { readonly sampled: readonly LabelledInput[] },
): Promise<readonly SpeedMeasurement[]> => {
  const inputs = sampled.map(({ input }) => input);
  context.note(`Measuring the speed of ${paretoSet.length} configurations on ${inputs.length} texts ...`);
  const points = paretoSet.map(({ point }) => point);
  return measureSpeed(opened.model, inputs, points, {
    repeats: settings.speedRepeats,
    ...(context.signal && { signal: context.signal }),
  });
};

/** Mean tokens of examples. */
export const meanLength = (data: readonly LabelledInput[]): number =>
  data.reduce((sum, { input }) => sum + input.ids.length, 0) / data.length;

/** How many held-out examples are among those that were searched on or learned from. */
export const countShared = (heldOut: readonly LabelledInput[], seen: readonly LabelledInput[]): number => {
  const keyOf = ({ input }: LabelledInput): string => Array.from(input.ids).join(' ');
  const keys = new Set(seen.map(keyOf));
  return heldOut.filter((example) => keys.has(keyOf(example))).length;
};
