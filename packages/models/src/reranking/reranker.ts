import type { OperatingPoint } from '@length-adaptive/core/lengths';
import { isFullPoint, pointKey, validateOperatingPoint } from '@length-adaptive/core/lengths';
import { bitsIn, runsBits } from '../folder/bits.js';
import { calibrateLatency } from '../latency/calibrate-latency.js';
import type { CalibrateLatencyOptions } from '../latency/calibrate-latency.js';
import type { ParetoPoint } from '../folder/length-adaptive-file.js';
import { createLifetime, endQuietly } from '../model/lifetime.js';
import type { RunnableTextModel } from '../model/runnable-model.js';
import type { TaskName } from '../tasks/task.js';
import { createFindings } from './findings.js';
import { createPace } from './pace.js';
import { choosePlan, planWithin } from './plan.js';
import type { Plan, PlanContext } from './plan.js';
import { leadingWithin } from './rank-stages.js';
import { rankingPlans } from './ranking-plans.js';
import type { DocumentWindow } from './read-request.js';
import { checkRequest, checkWindows, placeOf, readDocuments } from './read-request.js';
import { relevanceOf } from './relevance.js';
import type {
  CreateRerankerOptions,
  MeasuredCascade,
  RankedDocument,
  RerankDocument,
  RerankOptions,
  Reranking,
  RerankStage,
} from './reranking.js';
import type { Clock } from './stages.js';
import { scoreWindows } from './stages.js';
import { sumOverLengths } from '../metrics/sum-over-lengths.js';
import { sum } from '../metrics/sum.js';

/** Orders documents by how relevant they are to a query, under a budget or a deadline. */
export interface Reranker {
  /** What runs the model: `tfjs`, `onnxruntime`. */
  readonly engine: string;
  readonly task: TaskName;
  /** Points to choose from, the cheapest first: the searched ones, else some that leave the first third of the layers whole. Scores that nobody measured are NaN. */
  readonly points: readonly ParetoPoint[];
  /** Cascades that were searched, the cheapest first. */
  readonly cascades: readonly MeasuredCascade[];
  /**
   * Documents in the order of their relevance to a query, the best first.
   *
   * Without a budget every document is read at the full length. With a deadline the answer comes in time: the full length where it fits, else
   * a cheap pass over all and the full length for the best, as far as the time goes.
   *
   * @throws ModelError `TEXT_EMPTY` for an empty query, `OPTION_INVALID` without documents or for a `topK` that is none, `TEXT_TOO_LONG` for a
   * query that leaves no room for a document, `BUDGET_INVALID`, `BUDGET_INFEASIBLE`, `ABORTED`, `DISPOSED`; CoreError `OPERATING_POINT_INVALID`, `LENGTH_CONFIG_INVALID`
   * @example
   * const { results } = await reranker.rerank('who wrote it', passages, { topK: 5, deadlineMs: 150 });
   * for (const { index, score } of results) console.log(passages[index], score);
   */
  rerank(query: string, documents: readonly RerankDocument[], options?: RerankOptions): Promise<Reranking>;
  /**
   * Times the model on this machine, for about two seconds: deadlines are then planned from the first call on. Without it they are kept, too, by what
   * batches take; the first calls see less of the documents.
   *
   * @throws ModelError `ABORTED`, `DISPOSED`
   */
  calibrate(options?: CalibrateLatencyOptions): Promise<void>;
  /** Frees the model, once the calls under way are done. May be called again. */
  dispose(): void;
}

/** Milliseconds before a deadline that are kept for putting the answer together. */
const reserve = (deadlineMs: number): number => Math.min(2, 0.02 * deadlineMs);

/**
 * A reranker over a model that is already open: a cross-encoder with one output, or a classifier of pairs with the label that says that a document is
 * relevant. Disposing of it disposes of the model.
 *
 * @throws ModelError `OPTION_INVALID` for a model that reads no pairs, or whose label nobody names; `FILE_INVALID` for cascades that are none
 * @example
 * const reranker = createReranker(await openTrainedModel('models/reranker'));
 */
export const createReranker = (
  { model, tokenizer, lengthAdaptive }: RunnableTextModel,
  { label, scale, windowLength, stride, ordered, now = () => performance.now() }: CreateRerankerOptions = {},
): Reranker => {
  const { layers, positions } = model.dimensions;
  checkWindows({ windowLength, stride });
  const relevance = relevanceOf(model.task, { label, scale });
  const sizes = { maxLength: Math.min(windowLength ?? positions, positions), stride };
  const searched = (lengthAdaptive?.paretoSet ?? []).filter(({ point }) => runsBits(point, model));
  for (const { point } of searched) validateOperatingPoint(point, layers);
  const { full, points, cascades, fuses } = rankingPlans(
    {
      ...{ layers, searched, file: lengthAdaptive, builtIn: model.builtIn },
      runs: (point) => runsBits(point, model),
      shareAt: (point) => model.macs(sizes.maxLength, point) / model.macs(sizes.maxLength),
    },
    { ordered },
  );
  const pace = createPace(model);
  const lifetime = createLifetime('The reranker', () => model.dispose());

  const tokensOf = (windows: readonly DocumentWindow[]): number[] => windows.map(({ input }) => input.ids.length);
  const macsOf = (windows: readonly DocumentWindow[], point?: OperatingPoint): number =>
    sumOverLengths(tokensOf(windows), (tokens) => model.macs(tokens, point));

  /** What plans cost and take on some windows of so many documents. The best window of a document alone is run again: of long ones that is less than reckoned here. */
  const measures = (windows: readonly DocumentWindow[], documents: number) => {
    const tokens = tokensOf(windows);
    const mean = [Math.round(sum(tokens) / tokens.length)];
    const again = ({ keep }: Plan): number => Math.min(keep, documents);
    const whole = macsOf(windows);
    return {
      costOf: (plan: Plan): number => macsOf(windows, plan.point) / whole + again(plan) / documents,
      expected: (plan: Plan): number => pace.expected(tokens, plan.point) + again(plan) * pace.expected(mean, full),
    };
  };

  const rank = async (
    query: string,
    documents: readonly RerankDocument[],
    options: RerankOptions,
    clock: Clock,
  ): Promise<Omit<Reranking, 'milliseconds'>> => {
    const read = readDocuments(tokenizer, query, documents, sizes);
    const unread = read.flatMap(({ error }, index) => (error ? [{ index, error }] : []));
    const windows = read.flatMap(({ value }) => value ?? []);
    if (windows.length === 0) return { results: [], unseen: [], failed: unread, stages: [], cost: 0 };
    const { costOf, expected } = measures(windows, read.length - unread.length);
    const context: PlanContext = { full, points, cascades, costOf };
    const { point: asked = options.cascade ?? options.budget } = options;
    const { due } = clock;
    /** Until the time is over: nobody says what should run. */
    const goesOn = due !== undefined && asked === undefined;
    const choose = (): Plan => {
      if (!goesOn) return choosePlan(options, context);
      if (!pace.isKnown()) return { point: points[0]?.point ?? full, keep: 0 };
      return planWithin({ left: due - clock.now(), expected }, context);
    };
    const plan = choose();
    validateOperatingPoint(plan.point, layers);

    const findings = createFindings({ relevance, fuses });
    const stages: RerankStage[] = [];
    let spent = 0;
    const runStage = async (waiting: readonly DocumentWindow[], point: OperatingPoint): Promise<void> => {
      const scored = await scoreWindows(waiting, point, { model, pace, clock, signal: options.signal });
      spent += macsOf(scored, point);
      findings.add(scored, point);
      const seen = new Set(scored.map(({ document }) => document)).size;
      if (seen > 0) stages.push({ point, documents: seen, inputs: scored.length });
    };
    await runStage(windows, plan.point);
    const first = findings.ranked().map(({ window }) => window);
    const again = goesOn ? first.length : plan.keep;
    if (again > 0 && !isFullPoint(plan.point) && pointKey(plan.point) !== pointKey(full)) {
      const left =
        (options.budget && 'cost' in options.budget ? options.budget.cost : Infinity) * macsOf(windows) - spent;
      const costOf = (window: DocumentWindow): number => macsOf([window], full);
      await runStage(leadingWithin(first.slice(0, again), { most: left, costOf }), full);
    }

    const [ranked, broken] = [findings.ranked(), findings.broken()];
    const seen = new Set([...ranked.map(({ window }) => window.document), ...broken.map(({ index }) => index)]);
    return {
      results: ranked
        .slice(0, options.topK)
        .map(({ score, logit, point, window: { document, input } }): RankedDocument => {
          const place = placeOf(input);
          return { index: document, score, logit, point, ...(place && { window: place }) };
        }),
      unseen: read.flatMap(({ value }, index) => (value && !seen.has(index) ? [index] : [])),
      failed: [...unread, ...broken].sort((a, b) => a.index - b.index),
      stages,
      cost: spent / macsOf(windows),
    };
  };

  return {
    engine: model.engine,
    task: model.task.name,
    points,
    cascades,
    rerank: (query, documents, options = {}) => {
      const start = now();
      return lifetime.during(async () => {
        checkRequest(query, documents, options);
        const { deadlineMs } = options;
        const due = deadlineMs === undefined ? undefined : start + deadlineMs - reserve(deadlineMs);
        const ranking = await rank(query, documents, options, { now, due });
        return { ...ranking, milliseconds: now() - start };
      });
    },
    calibrate: (options = {}) =>
      lifetime.during(async () =>
        pace.calibrate(
          await calibrateLatency(model, { lengths: [32, sizes.maxLength], bits: bitsIn(points), ...options }),
        ),
      ),
    dispose: () => endQuietly(lifetime),
  };
};
