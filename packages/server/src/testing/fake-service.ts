import { fullLength, pointKey } from '@length-adaptive/core';
import type { OperatingPoint } from '@length-adaptive/core';
import type {
  Answer,
  KnownTaskName,
  ParetoPoint,
  Prediction,
  RankingPlans,
  TextInput,
  TokenInput,
} from '@length-adaptive/models';
import { isTokenInput } from '@length-adaptive/models';
import { ServerError } from '../errors.js';
import type { InferenceRequest, InferenceResult, RequestBudget } from '../request.js';
import type { OpenService } from '../service-options.js';
import type { ModelStatus, RepositoryModel, ScoreScale, ServedModel } from '../service.js';
import type { Observer } from '../telemetry/observer.js';

/** Cheapest first, for three layers. */
export const paretoSet: readonly ParetoPoint[] = [
  { point: { lengths: [0.5, 0.4, 0.3] }, score: 0.8, cost: 0.4 },
  { point: { lengths: [0.8, 0.6, 0.5] }, score: 0.85, cost: 0.6, latencyMs: 3 },
  { point: { lengths: [1, 1, 1] }, score: 0.9, cost: 1 },
];

/** What a fake model is to be. */
export interface FakeModel {
  readonly name?: string;
  readonly version?: string;
  readonly task?: KnownTaskName;
  readonly ready?: boolean;
  readonly scoreScale?: ScoreScale;
  /** What a reranker's rankings are planned from, where that is not its Pareto set. */
  readonly plans?: Partial<RankingPlans>;
  /** Budget of requests that name none. */
  readonly budget?: RequestBudget;
}

/** What a point costs of the full length. */
const costAt = (point: OperatingPoint): number =>
  paretoSet.find((found) => pointKey(found.point) === pointKey(point))?.cost ??
  (point.lengths ?? [1]).reduce((sum, share) => sum + share, 0) / (point.lengths ?? [1]).length;

/** Labels of the fake models. */
const labelsOf: Readonly<Partial<Record<KnownTaskName, readonly string[]>>> = {
  'sequence-classification': ['negative', 'positive'],
  'multi-label-classification': ['long', 'praise'],
  'token-classification': ['O', 'B-PER', 'I-PER'],
};

/** A service without models. Its requests can be seen, and their answers held back. */
export interface FakeService extends OpenService {
  /** Every request that arrived, in order. */
  readonly requests: InferenceRequest[];
  /** Requests not answered yet. */
  waiting(): number;
  /** Answers wait from now on; what it returns lets them go. */
  hold(): () => void;
  /** Every request fails with this from now on. */
  fail(error: unknown): void;
}

const inputText = (input: TextInput | TokenInput): string =>
  isTokenInput(input) ? input.ids.join(' ') : typeof input === 'string' ? input : input.join(' ');

const tokensOf = (text: string): number => text.split(' ').length + 2;

/** What the answers of all tasks are made of. */
interface Asked {
  readonly text: string;
  /** Above a half for a text with `good` in it. */
  readonly score: number;
  readonly context: string;
  readonly threshold: number;
}

const classified = ({ score }: Asked): Answer => ({
  label: score > 0.5 ? 'positive' : 'negative',
  score: Math.max(score, 1 - score),
  probabilities: { negative: 1 - score, positive: score },
});

const answers: Readonly<Record<KnownTaskName, (asked: Asked) => Answer>> = {
  'sequence-classification': classified,
  'image-classification': classified,
  'multi-label-classification': ({ score, threshold }) => {
    const given = [
      { label: 'praise', score: 0.9 },
      { label: 'long', score: 0.6 },
    ].filter((each) => each.score >= threshold && (each.label === 'long' || score > 0.5));
    return {
      label: given.map(({ label }) => label).join(', '),
      score: 0.5,
      labels: given,
      probabilities: { long: 0.6, praise: score > 0.5 ? 0.9 : 0.1 },
    };
  },
  rerank: ({ score }) => ({ label: String(score), score }),
  embedding: ({ text }) => ({
    label: '',
    score: 1,
    embedding: Float32Array.of(0.6, 0.8, text.length),
    tokenEmbeddings: text.split(' ').map((word) => Float32Array.of(0.6, 0.8, word.length)),
  }),
  regression: ({ text }) => ({ label: String(text.length / 4), score: text.length / 4 }),
  'question-answering': ({ context }) => {
    const answer = {
      text: context.slice(0, 4),
      start: 0,
      end: Math.min(4, context.length),
      score: 0.5,
      probability: 0.5,
    };
    return {
      label: answer.text,
      score: answer.score,
      answers: [answer, { ...answer, score: 0.25, probability: 0.25 }],
    };
  },
  'token-classification': ({ text, score }) => ({
    label: text,
    score,
    entities: [{ type: 'PER', text: text.slice(0, 3), start: 0, end: 3, score: 0.5 }],
  }),
};

/** Everything follows from the text, so that rows can be told apart. */
const predictionOf = (input: TextInput | TokenInput, task: KnownTaskName, threshold = 0.5): Prediction => {
  const text = inputText(input);
  const [, context = ''] = Array.isArray(input) ? (input as readonly string[]) : [];
  return {
    ...answers[task]({ text, score: text.includes('good') ? 0.75 : 0.25, context, threshold }),
    point: { lengths: fullLength(3) },
    cost: 0.6,
    tokens: tokensOf(text),
    keptTokens: [3, 2, 2],
  };
};

const infeasible = (cost: number): ServerError =>
  new ServerError('BUDGET_INFEASIBLE', `No configuration costs ${cost} or less; the smallest costs 0.4.`, {
    details: { nearest: { length_config: '0.5,0.4,0.3', cost: 0.4, expected_score: 0.8 } },
  });

/** A service that answers at once, from the text alone. */
export const fakeService = (models: readonly FakeModel[] = [{}], observer?: Observer): FakeService => {
  const requests: InferenceRequest[] = [];
  let held: Promise<void> | undefined;
  let failure: { readonly error: unknown } | undefined;
  let open = true;
  const running = new Set<Promise<unknown>>();

  const answer = async (
    { inputs: asked, budget, threshold, partial = false, rawScores = false }: InferenceRequest,
    task: KnownTaskName,
  ): Promise<InferenceResult> => {
    if (budget.cost !== undefined && budget.cost < 0.4) throw infeasible(budget.cost);
    const isEmpty = (input: (typeof asked)[number]): boolean => inputText(input).trim() === '';
    const inputs = asked.filter((input) => !isEmpty(input));
    if (inputs.length < (partial ? 1 : asked.length)) throw new ServerError('TEXT_EMPTY', 'A text is empty.');
    const refused = new Map(
      asked.flatMap((input, text) =>
        isEmpty(input) ? [[text, new ServerError('TEXT_EMPTY', `Text ${text}: A text is empty.`)] as const] : [],
      ),
    );
    const predictions = inputs.map((input) => ({
      ...predictionOf(input, task, threshold),
      ...(rawScores && { logits: inputText(input).includes('good') ? [-1.5, 2.5] : [1, -1] }),
    }));
    const { point = { lengths: [0.8, 0.6, 0.5] } } = budget;
    const known = paretoSet.find((found) => pointKey(found.point) === pointKey(point));
    return {
      predictions,
      ...(refused.size > 0 && { refused }),
      point,
      cost: costAt(point),
      expectedScore: known?.score,
      degraded: budget.minScore === undefined && inputs.length > 1,
      tokens: predictions.reduce((sum, { tokens }) => sum + tokens, 0),
      queueMs: 1.23456,
      computeMs: 2,
    };
  };

  const gone = ({ signal }: InferenceRequest): Promise<never> =>
    new Promise((_, reject) =>
      signal?.addEventListener('abort', () => reject(new ServerError('ABANDONED', 'The client has gone.'))),
    );

  const serve = ({
    name = 'reviews',
    version = '1',
    task = 'sequence-classification',
    ready = true,
    scoreScale,
    plans = {},
    budget = {},
  }: FakeModel): ServedModel => ({
    name,
    version,
    ...(task === 'rerank' && {
      ranking: {
        plans: { full: { lengths: fullLength(3) }, points: paretoSet, cascades: [], fuses: false, ...plans },
        budget,
        macs: (tokens, point) => tokens * costAt(point),
        tokens: (input) => tokensOf(inputText(input)),
      },
    }),
    status: (): ModelStatus => ({
      name,
      version,
      ready,
      task,
      engine: 'onnxruntime',
      labels: labelsOf[task] ?? [],
      ...(task === 'embedding' && { pooling: 'first' as const }),
      positions: 128,
      paretoSet,
      ...(scoreScale && { scoreScale }),
      memory: { weightBytes: 90_000_000, openedBytes: 78_000_000 },
      operatingPoint: 2,
      queued: 0,
      running: running.size,
      queueDelayMs: 4,
      answered: 7,
      degraded: 1,
      refused: 0,
      expired: 0,
      speed: { overheadMs: 1, msPerGigaMac: 2 },
    }),
    infer: async (request) => {
      requests.push(request);
      const started = performance.now();
      const work = (async () => {
        if (!open) throw new ServerError('SHUTTING_DOWN', 'The server is shutting down.', { retryAfterMs: 1500 });
        if (failure) throw failure.error;
        await Promise.race([held, gone(request)]);
        return answer(request, task);
      })();
      running.add(work);
      try {
        const result = await work;
        observer?.answered({ name, version }, result, performance.now() - started);
        return result;
      } catch (error) {
        if (error instanceof ServerError) observer?.failed({ name, version }, error.code);
        throw error;
      } finally {
        running.delete(work);
      }
    },
  });

  const all = models.map(serve);
  let served = all;
  const checkKnown = (name: string): void => {
    if (!all.some((model) => model.name === name))
      throw new ServerError('MODEL_NOT_FOUND', `There is no model "${name}".`);
  };
  return {
    requests,
    waiting: () => running.size,
    hold: () => {
      let release = (): void => undefined;
      held = new Promise((resolve) => (release = resolve));
      return () => {
        held = undefined;
        release();
      };
    },
    fail: (error) => {
      failure = { error };
    },
    ready: () => open && models.every(({ ready = true }) => ready),
    models: () => served,
    find: (name, version) => {
      const own = served.filter(
        (model) => (name === undefined || model.name === name) && (version === undefined || model.version === version),
      );
      const [found] = own;
      if (found && (name !== undefined || served.every((model) => model.name === found.name))) return found;
      throw new ServerError('MODEL_NOT_FOUND', found ? 'Say which model.' : `There is no model "${name}".`);
    },
    tokenize: async (_, texts) =>
      texts.map((text) => {
        const words = [...text.matchAll(/\S+/g)];
        if (words.length === 0) throw new ServerError('TEXT_EMPTY', 'A text is empty.');
        const ends = <Value>(first: Value, middle: readonly Value[], last: Value): Value[] => [first, ...middle, last];
        return {
          ids: ends(
            1,
            words.map((_word, at) => at + 10),
            2,
          ),
          typeIds: new Array<number>(words.length + 2).fill(0),
          tokens: ends(
            '[CLS]',
            words.map(([word]) => word),
            '[SEP]',
          ),
          offsets: ends<readonly [number, number] | null>(
            null,
            words.map(({ 0: word, index }) => [index, index + word.length] as const),
            null,
          ),
          sequenceIds: ends<0 | 1 | null>(
            null,
            words.map(() => 0),
            null,
          ),
          truncated: false,
        };
      }),
    repository: async () =>
      all.map((model): RepositoryModel => {
        const { name, version, ready } = model.status();
        if (!served.includes(model)) return { name, version, state: 'UNAVAILABLE', reason: 'unloaded' };
        return { name, version, ...(ready ? { state: 'READY', reason: '' } : { state: 'LOADING', reason: 'slow' }) };
      }),
    load: async (name) => {
      checkKnown(name);
      served = all.filter((model) => model.name === name || served.includes(model));
    },
    unload: async (name) => {
      checkKnown(name);
      served = served.filter((model) => model.name !== name);
    },
    reload: async () => undefined,
    drain: async () => {
      open = false;
      await Promise.allSettled(running);
    },
    close: async () => {
      open = false;
    },
  };
};
