import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ServerErrorCode } from '../errors.js';
import type { ModelStatus } from '../service.js';
import type { ModelLabel, Observer } from './observer.js';
import { createStatistics, type Statistics } from './statistics.js';

const prefix = 'length_adaptive_';

/** Bounds that grow by a factor, as short numbers. */
const geometric = (first: number, factor: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => Number((first * factor ** i).toPrecision(3)));

/** 1 ms to 25 s. */
const seconds = geometric(0.001, 1.5, 26);

/** Twentieths of the full length's cost. */
const shares = Array.from({ length: 20 }, (_, i) => (i + 1) / 20);

/** One exchange over HTTP. */
export interface RequestLabels {
  /** Both empty where no model was found. */
  readonly model: ModelLabel;
  /** As it was registered: `/v2/models/:model/infer`; `unknown` for an address that is none of ours. */
  readonly route: string;
  readonly code: ServerErrorCode | 'OK';
  /** How long it took, where it was for inference. */
  readonly inferenceMs?: number | undefined;
}

/** What is counted, and how it is read. */
export interface Metrics {
  /** What the service tells. */
  readonly observer: Observer;
  /** What each model has done since the start. */
  readonly statistics: Statistics;
  /** What HTTP tells, once an exchange. */
  request(labels: RequestLabels): void;
  readonly contentType: string;
  /** Everything in Prometheus' text format; `models` as they stand now. */
  text(models: readonly ModelStatus[]): Promise<string>;
}

/** Failures that have a counter of their own. */
const failureCounters = {
  BUDGET_INFEASIBLE: ['infeasible', 'Requests whose budget no configuration of the model meets.'],
  OVERLOADED: ['refused', 'Requests refused because even the shortest configuration could not keep up.'],
  TIMED_OUT: ['expired', 'Requests that ran out of time before they were computed.'],
  ABANDONED: ['abandoned', 'Requests whose client went away before the answer.'],
} as const satisfies Partial<Record<ServerErrorCode, readonly [string, string]>>;

/** What each model's gauges show at the moment they are read; undefined for what is not known of it. */
const gauges = {
  ready: ['1 if the model answers.', ({ ready }) => Number(ready)],
  queued_texts: ['Texts that wait.', ({ queued }) => queued],
  running_texts: ['Texts that are being computed.', ({ running }) => running],
  operating_point: [
    'Index in the Pareto set of the dearest configuration that load allows.',
    ({ operatingPoint }) => operatingPoint,
  ],
  queue_delay_seconds: [
    'Seconds that a text would wait if it came now, predicted.',
    ({ queueDelayMs }) => queueDelayMs / 1000,
  ],
  weight_bytes: [
    'Bytes of the weights, once, in the numbers that they are kept in.',
    ({ memory }) => memory?.weightBytes,
  ],
  memory_bytes: [
    'Bytes by which the resident memory of the process grew while the model was opened: weights and threads.',
    ({ memory }) => memory?.openedBytes,
  ],
} satisfies Record<string, readonly [string, (status: ModelStatus) => number | undefined]>;

/**
 * Counters, histograms and gauges of a server, in a registry of their own.
 *
 * @example
 * const metrics = createMetrics();
 * const service = await openService({ models: 'models', observer: metrics.observer });
 * const app = await createApp(service, { metrics });
 */
export const createMetrics = (): Metrics => {
  const registry = new Registry();
  const registers = [registry];
  const labelNames = ['model', 'version'] as const;
  collectDefaultMetrics({ register: registry, prefix });
  // Gauges that are named as counters are; the same numbers stand beside them by type.
  for (const kind of ['handles', 'requests', 'resources'])
    registry.removeSingleMetric(`${prefix}nodejs_active_${kind}_total`);

  const createCounter = (name: string, help: string) =>
    new Counter({ name: `${prefix}${name}_total`, help, labelNames, registers });
  const createHistogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name: `${prefix}${name}`, help, labelNames, buckets, registers });
  const createGauge = (name: string, help: string) =>
    new Gauge({ name: `${prefix}${name}`, help, labelNames, registers });

  const requests = new Counter({
    name: `${prefix}requests_total`,
    help: 'Requests by how they ended: OK, or the code of the error.',
    labelNames: [...labelNames, 'route', 'code'] as const,
    registers,
  });
  const texts = createCounter('texts', 'Texts answered.');
  const degraded = createCounter('degraded', 'Requests that load made shorter than they would have been alone.');
  const total = createHistogram('request_seconds', 'From arrival to answer.', seconds);
  const queue = createHistogram('queue_seconds', 'From arrival to the start of the last batch.', seconds);
  const compute = createHistogram('compute_seconds', 'Time of the batches a request was in.', seconds);
  const cost = createHistogram('cost', "Cost of the chosen configuration, as a share of the full length's.", shares);
  const batchTexts = createHistogram('batch_texts', 'Texts of a batch.', geometric(1, 2, 9));
  const batchTokens = createHistogram('batch_tokens', 'Tokens of a batch.', geometric(16, 2, 11));
  const batchSeconds = createHistogram('batch_seconds', 'Time of a batch.', seconds);
  const macs = createCounter('macs', 'Multiply-accumulates spent.');
  const replaced = createCounter('workers_replaced', 'Worker threads that died and were replaced.');
  const failures = new Map<string, Counter<'model' | 'version'>>(
    Object.entries(failureCounters).map(([code, [name, help]]) => [code, createCounter(name, help)]),
  );
  const now = Object.entries(gauges).map(([name, [help, read]]) => ({ gauge: createGauge(name, help), read }));

  const labels = ({ name, version }: ModelLabel) => ({ model: name, version });

  const statistics = createStatistics();
  return {
    statistics,
    observer: {
      answered: (model, result, totalMs) => {
        statistics.answered(model, result, totalMs);
        const own = labels(model);
        texts.inc(own, result.predictions.length);
        if (result.degraded) degraded.inc(own);
        total.observe(own, totalMs / 1000);
        queue.observe(own, result.queueMs / 1000);
        compute.observe(own, result.computeMs / 1000);
        cost.observe(own, result.cost);
      },
      failed: (model, code) => failures.get(code)?.inc(labels(model)),
      batch: (model, report) => {
        statistics.batch(model, report);
        const own = labels(model);
        batchTexts.observe(own, report.texts);
        batchTokens.observe(own, report.tokens);
        batchSeconds.observe(own, report.computeMs / 1000);
        macs.inc(own, report.macs);
      },
      workerReplaced: (model) => replaced.inc(labels(model)),
    },
    request: ({ model, route, code, inferenceMs }) => {
      requests.inc({ ...labels(model), route, code });
      if (code !== 'OK' && inferenceMs !== undefined) statistics.failed(model, inferenceMs);
    },
    contentType: registry.contentType,
    text: (models) => {
      for (const { gauge, read } of now) {
        gauge.reset(); // a model that is gone has no state
        for (const status of models) {
          const value = read(status);
          if (value !== undefined) gauge.set(labels(status), value);
        }
      }
      return registry.metrics();
    },
  };
};
