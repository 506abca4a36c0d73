import type { InferenceResult } from '../request.js';
import type { BatchReport, ModelLabel } from './observer.js';

/** How often something happened, and how long it took together. */
export interface DurationStatistic {
  readonly count: number;
  readonly ms: number;
}

/** What a model has done since the start. */
export interface ModelStatistics {
  /** When the last request was answered, in milliseconds since 1970; 0 for never. */
  readonly lastInference: number;
  /** Texts answered, and batches run for them. */
  readonly texts: number;
  readonly batches: number;
  readonly success: DurationStatistic;
  readonly fail: DurationStatistic;
  readonly queue: DurationStatistic;
  readonly compute: DurationStatistic;
  /** Batches by their number of texts, ascending. */
  readonly batchSizes: readonly { readonly texts: number; readonly compute: DurationStatistic }[];
}

/** Adds up what each model does. */
export interface Statistics {
  answered(model: ModelLabel, result: InferenceResult, totalMs: number): void;
  failed(model: ModelLabel, totalMs: number): void;
  batch(model: ModelLabel, report: BatchReport): void;
  of(model: ModelLabel): ModelStatistics;
}

interface Sums {
  lastInference: number;
  texts: number;
  batches: number;
  readonly durations: Readonly<Record<'success' | 'fail' | 'queue' | 'compute', { count: number; ms: number }>>;
  readonly sizes: Map<number, { count: number; ms: number }>;
}

const nothing = () => ({ count: 0, ms: 0 });

const add = (sum: { count: number; ms: number }, ms: number): void => {
  sum.count += 1;
  sum.ms += ms;
};

export const createStatistics = (): Statistics => {
  const models = new Map<string, Sums>();
  const sumsOf = ({ name, version }: ModelLabel): Sums => {
    const key = JSON.stringify([name, version]);
    const sums = models.get(key) ?? {
      lastInference: 0,
      texts: 0,
      batches: 0,
      durations: { success: nothing(), fail: nothing(), queue: nothing(), compute: nothing() },
      sizes: new Map<number, { count: number; ms: number }>(),
    };
    models.set(key, sums);
    return sums;
  };
  return {
    answered: (model, { predictions, queueMs, computeMs }, totalMs) => {
      const sums = sumsOf(model);
      sums.lastInference = Date.now();
      sums.texts += predictions.length;
      add(sums.durations.success, totalMs);
      add(sums.durations.queue, queueMs);
      add(sums.durations.compute, computeMs);
    },
    failed: (model, totalMs) => add(sumsOf(model).durations.fail, totalMs),
    batch: (model, { texts, computeMs }) => {
      const sums = sumsOf(model);
      const size = sums.sizes.get(texts) ?? nothing();
      sums.sizes.set(texts, size);
      sums.batches += 1;
      add(size, computeMs);
    },
    of: (model) => {
      const { lastInference, texts, batches, durations, sizes } = sumsOf(model);
      return {
        lastInference,
        texts,
        batches,
        ...structuredClone(durations),
        batchSizes: [...sizes]
          .sort(([one], [other]) => one - other)
          .map(([size, compute]) => ({ texts: size, compute: { ...compute } })),
      };
    },
  };
};
