import type { OperatingPoint } from '@length-adaptive/core';
import type { ModelError } from '@length-adaptive/models';
import { pointForBudget } from '@length-adaptive/models';
import { ServerError } from '../errors.js';
import type { ModelPool } from '../pool/model-pool.js';
import type { ThreadEvent } from '../pool/model-thread-host.js';
import type { ModelFacts, ThreadFailure, ThreadResult, ThreadText } from '../pool/thread-messages.js';
import { macsOf, workOf } from '../work/job.js';
import { createTokenEstimate } from '../work/token-estimate.js';

/** A text of 32 tokens, as they are guessed. */
export const textOf32Tokens = 'word '.repeat(27);

/** A model of three layers with five searched configurations. */
export const facts: ModelFacts = {
  engine: 'constant-speed',
  task: 'sequence-classification',
  labels: ['no', 'yes'],
  dimensions: {
    layers: 3,
    hiddenSize: 64,
    intermediateSize: 256,
    heads: 2,
    vocabulary: 1000,
    positions: 128,
    types: 2,
    layerNormEpsilon: 1e-12,
    hiddenDropout: 0,
    attentionDropout: 0,
    initialDeviation: 0.02,
  },
  head: { pool: 'first', outputs: 2 },
  paretoSet: [
    { point: { lengths: [0.2, 0.1, 0.1] }, score: 0.8, cost: 0.2 },
    { point: { lengths: [0.5, 0.3, 0.2] }, score: 0.85, cost: 0.4 },
    { point: { lengths: [0.7, 0.5, 0.4] }, score: 0.88, cost: 0.6 },
    { point: { lengths: [0.9, 0.8, 0.7] }, score: 0.9, cost: 0.8 },
    { point: { lengths: [1, 1, 1] }, score: 0.91, cost: 1 },
  ],
  timed: [{ macs: 1e6, milliseconds: 1 }],
};

export interface ConstantSpeedPool extends ModelPool {
  /** Every batch that was computed. */
  readonly batches: (readonly ThreadText[])[];
  /** The next batch kills its thread. */
  crashNext(times?: number): void;
  /** All threads end, and the batches on them with them. */
  loseThreads(): void;
  /** What a pool tells of its threads; from `opened` on they run again. */
  tell(event: ThreadEvent): void;
}

/** A point, or what a thread answers where nothing is affordable. */
interface OnePoint {
  readonly point?: OperatingPoint;
  readonly failure?: ThreadFailure;
}

const readOnePoint = (choose: () => OperatingPoint): OnePoint => {
  try {
    return { point: choose() };
  } catch (error) {
    const { message, nearest } = error as ModelError;
    return { failure: { code: 'BUDGET_INFEASIBLE', message, nearest } };
  }
};

export interface ConstantSpeedOptions {
  readonly threads?: number;
  /** Milliseconds of a text of 32 tokens at full length. */
  readonly msPerText?: number;
  /** Tokens that a text turns out to have. Default: as they are guessed. */
  readonly tokensOf?: (input: ThreadText['input']) => number;
  /** Default: no point has bits. */
  readonly bits?: Pick<ModelFacts, 'paretoSet' | 'pace'>;
}

/** Threads whose time is exactly that of their work, and whose answers are the texts: what a real model cannot promise a test. */
export const constantSpeedPool = ({
  threads = 1,
  msPerText = 10,
  tokensOf = createTokenEstimate(facts.dimensions.positions).tokens,
  bits,
}: ConstantSpeedOptions = {}): ConstantSpeedPool => {
  const macs = macsOf(facts);
  const work = workOf({ ...facts, ...bits });
  const perMac = msPerText / macs(32, {});
  const batches: (readonly ThreadText[])[] = [];
  let crashes = 0;
  let open = threads;
  let listener: (event: ThreadEvent) => void = () => undefined;
  return {
    facts: {
      ...facts,
      ...bits,
      timed: [16, 32].map((tokens) => ({ macs: macs(tokens, {}), milliseconds: perMac * macs(tokens, {}) })),
    },
    threads,
    get openThreads() {
      return open;
    },
    batches,
    crashNext: (times = 1) => (crashes += times),
    loseThreads: () => {
      open = 0;
      listener({ kind: 'ended', cause: new Error('all threads ended') });
    },
    tell: (event) => {
      if (event.kind === 'opened') open = threads;
      listener(event);
    },
    compute: async (texts): Promise<ThreadResult> => {
      if (crashes > 0) {
        crashes -= 1;
        await new Promise((resolve) => setTimeout(resolve, 5));
        throw new ServerError('WORKER_CRASHED', 'The thread ended.');
      }
      batches.push(texts);
      const points = texts.map((text): OnePoint => {
        const tokens = tokensOf(text.input);
        const costOf = (point: OperatingPoint): number => macs(tokens, point) / macs(tokens, {});
        if (!('among' in text.point)) return { point: text.point };
        const { among, cost } = text.point;
        return readOnePoint(() => pointForBudget(among, { cost }, { costOf }).point);
      });
      const computeMs = texts.reduce(
        (sum, text, i) => sum + (points[i]?.point ? perMac * work(tokensOf(text.input), points[i].point) : 0),
        0,
      );
      await new Promise((resolve) => setTimeout(resolve, computeMs));
      if (open === 0) throw new ServerError('WORKER_CRASHED', 'The thread ended.');
      return {
        computeMs,
        answers: texts.map((text, i) => {
          const { point, failure } = points[i] ?? {};
          if (failure) return failure;
          if (!point) throw new Error('a text has no point');
          if (text.input === 'too long') return { code: 'TEXT_TOO_LONG', message: 'too long' };
          const tokens = tokensOf(text.input);
          const cost = macs(tokens, point) / macs(tokens, {});
          return {
            prediction: {
              label: JSON.stringify(text.input),
              score: 1,
              point,
              cost,
              tokens,
              keptTokens: [tokens, tokens, tokens],
            },
          };
        }),
      };
    },
    onEvent: (own) => (listener = own),
    close: () => Promise.resolve(),
  };
};
