import type { Prediction, WorkerPredictor } from '@length-adaptive/models/worker';
import { computed, onBeforeUnmount, reactive, shallowRef, watch } from 'vue';
import type { DemoModel } from './demo-models.js';
import { openModel } from './open-model.js';
import type { Timing } from './take-turns.js';
import { takeTurns } from './take-turns.js';
import type { TokenRow } from './token-rows.js';
import { tokenRows } from './token-rows.js';

/** How often each length is timed. */
const rounds = 7;

/** Milliseconds without a key before the text is read. */
const pauseMs = 120;

/** What is shown of one reading of the text. */
export interface Reading {
  readonly prediction: Prediction;
  readonly rows: readonly TokenRow[];
}

interface DemoState {
  phase: 'idle' | 'loading' | 'ready' | 'failed';
  /** Of the download. */
  share: number | undefined;
  problem: string;
  text: string;
  question: string;
  /** Steps down from full length. */
  step: number;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const codeOf = (error: unknown): unknown => (error as { readonly code?: unknown }).code;

/** Everything the demo of a model does; what it shows is in `LiveDemo.vue`. */
export const useDemo = (model: DemoModel) => {
  const [first] = model.examples;
  const state = reactive<DemoState>({ phase: 'idle', share: undefined, problem: '', text: first?.text ?? '', question: first?.question ?? '', step: 0 });
  const predictor = shallowRef<WorkerPredictor>();
  const reading = shallowRef<Reading>();
  /** At the chosen length, and at full length. */
  const timings = shallowRef<readonly Timing[]>();

  /** From full length down. */
  const points = computed(() => [...(predictor.value?.paretoSet ?? [])].reverse());
  const point = computed(() => points.value[state.step]);

  let running: AbortController | undefined;
  const gone = new AbortController();

  const read = async (): Promise<void> => {
    running?.abort();
    const { signal } = (running = new AbortController());
    const [open, chosen, full] = [predictor.value, point.value, points.value[0]];
    const texts = model.asks ? [state.question, state.text] : [state.text];
    if (!open || !chosen || !full) return;
    if (texts.some((text) => text.trim() === '')) {
      reading.value = undefined;
      state.problem = model.asks ? 'Write a question and a text.' : 'Write a text.';
      return;
    }
    const input = model.asks ? ([state.question, state.text] as const) : state.text;
    const at = (lengthConfig: readonly number[]) => ({ lengthConfig, truncate: true, signal });
    try {
      const { prediction, ...inspection } = await open.inspect(input, at(chosen.lengthConfig));
      reading.value = { prediction, rows: tokenRows(inspection, texts) };
      state.problem = '';
      timings.value = undefined;
      const runs = [chosen, full].map(({ lengthConfig }) => () => open.predict([input], at(lengthConfig)));
      await takeTurns(runs, { rounds, signal, onRound: (own) => (timings.value = own) });
    } catch (error) {
      if (!signal.aborted) state.problem = messageOf(error);
    }
  };

  const start = async (): Promise<void> => {
    state.phase = 'loading';
    state.problem = '';
    try {
      predictor.value = await openModel(model.id, { signal: gone.signal, onProgress: ({ share }) => (state.share = share) });
      state.phase = 'ready';
      await read();
    } catch (error) {
      if (codeOf(error) === 'ABORTED') return;
      state.phase = 'failed';
      state.problem = messageOf(error);
    }
  };

  let pause: ReturnType<typeof setTimeout> | undefined;
  watch(
    () => [state.text, state.question],
    () => {
      clearTimeout(pause);
      pause = setTimeout(() => void read(), pauseMs);
    },
  );
  watch(() => state.step, () => void read());
  onBeforeUnmount(() => {
    clearTimeout(pause);
    running?.abort();
    gone.abort();
    predictor.value?.dispose();
  });

  return { state, predictor, points, point, reading, timings, start };
};
