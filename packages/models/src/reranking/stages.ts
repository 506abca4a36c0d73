import type { OperatingPoint } from '@length-adaptive/core/lengths';
import { ModelError } from '../errors.js';
import { predictLogits } from '../model/predict-logits.js';
import type { RunnableModel } from '../model/runnable-model.js';
import type { Pace } from './pace.js';
import type { DocumentWindow } from './read-request.js';

/** When an answer is due. */
export interface Clock {
  now(): number;
  /** On that clock; undefined for no bound. */
  readonly due: number | undefined;
}

export interface StageOptions {
  readonly model: RunnableModel;
  readonly pace: Pace;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

/** A window with the model's outputs for it. */
export interface ScoredWindow extends DocumentWindow {
  readonly logits: Float32Array;
}

/** Batches take longer than expected now and then: so much is reckoned with. */
const caution = 1.2;

/** A batch takes at most this share of the time that is left, so that one that is slow cannot take it all. */
const batchShare = 1 / 3;

const tokensOf = (windows: readonly DocumentWindow[]): number[] => windows.map(({ input }) => input.ids.length);

/** How many of the next windows are run together; 0 when there is no time for one. */
const nextBatch = (
  windows: readonly DocumentWindow[],
  point: OperatingPoint,
  { model, pace, clock }: StageOptions,
): number => {
  const left = (clock.due ?? Infinity) - clock.now();
  if (left <= 0) return 0;
  if (!pace.isKnown()) return 1;
  const [first = 0, ...more] = tokensOf(windows);
  let expected = caution * pace.expected([first], point);
  if (expected > left) return 0;
  let [count, widest] = [1, first];
  for (const tokens of more) {
    widest = Math.max(widest, tokens);
    expected += caution * pace.expected([tokens], point);
    if (expected > batchShare * left || (count + 1) * widest > model.batchTokens) break;
    count += 1;
  }
  return count;
};

/**
 * Scores windows at a point, in their order, until all are scored or the time is over. Logits may be no finite numbers.
 *
 * @returns those that were scored, a leading part of `windows`
 * @throws ModelError `ABORTED`
 */
export const scoreWindows = async (
  windows: readonly DocumentWindow[],
  point: OperatingPoint,
  options: StageOptions,
): Promise<ScoredWindow[]> => {
  const { model, pace, clock, signal } = options;
  const run = async (batch: readonly DocumentWindow[]): Promise<ScoredWindow[]> => {
    const start = clock.now();
    const logits = await predictLogits(
      model,
      batch.map(({ input }) => input),
      { point, signal, unchecked: true },
    );
    pace.observe(tokensOf(batch), point, clock.now() - start);
    return batch.map((window, i) => ({ ...window, logits: logits[i] as Float32Array }));
  };
  if (clock.due === undefined) return windows.length > 0 ? run(windows) : [];
  const scored: ScoredWindow[] = [];
  while (scored.length < windows.length) {
    if (signal?.aborted) throw new ModelError('ABORTED', 'Reranking was stopped by its signal.');
    const waiting = windows.slice(scored.length);
    const count = nextBatch(waiting, point, options);
    if (count === 0) break;
    scored.push(...(await run(waiting.slice(0, count))));
  }
  return scored;
};
