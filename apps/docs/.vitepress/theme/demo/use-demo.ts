import type { OperatingPoint } from '@length-adaptive/core/lengths';
import type { Prediction, WorkerPredictor } from '@length-adaptive/models/worker';
import { computed, onBeforeUnmount, reactive, shallowRef, watch } from 'vue';
import type { DemoModel } from './demo-models.js';
import { openModel } from './open-model.js';
import { readingNotes } from './reading-notes.js';
import { startStep } from './start-step.js';
import type { Timing } from './take-turns.js';
import { takeTurns } from './take-turns.js';
import type { TokenRow } from './token-rows.js';
import { tokenRows } from './token-rows.js';

/** How often each length is timed. */
export const rounds = 7;

/** Milliseconds without a key before the text is read. */
const pauseMs = 120;

/** What is shown of one reading of the text. */
export interface Reading {
  /** The text that was read: what stands in the field may be newer. */
  readonly text: string;
  readonly prediction: Prediction;
  /** The same text at full length; undefined where that was chosen. */
  readonly full: Prediction | undefined;
  readonly rows: readonly TokenRow[];
  /** What must be told of how it was read. */
  readonly notes: readonly string[];
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
  /** What is shown is not yet of this text and budget. */
  busy: boolean;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const codeOf = (error: unknown): unknown => (error as { readonly code?: unknown }).code;

/** Everything the demo of a model does; what it shows is in `LiveDemo.vue`. */
export const useDemo = (model: DemoModel) => {
  const [first] = model.examples;
  const state = reactive<DemoState>({
    phase: 'idle',
    share: undefined,
    problem: '',
    text: first?.text ?? '',
    question: first?.question ?? '',
    step: 0,
    busy: false,
  });
  const predictor = shallowRef<WorkerPredictor>();
  const reading = shallowRef<Reading>();
  /** At the chosen length, and at full length where that is another. */
  const timings = shallowRef<readonly Timing[]>();

  /** From full length down. */
  const points = computed(() => [...(predictor.value?.paretoSet ?? [])].reverse());
  const point = computed(() => points.value[state.step]);

  let running: AbortController | undefined;
  const gone = new AbortController();

  /** What is shown is of the past from now on. */
  const outdate = (): void => {
    running?.abort();
    if (!predictor.value) return;
    timings.value = undefined;
    state.busy = true;
  };

  const refuse = (problem: string): void => {
    reading.value = undefined;
    Object.assign(state, { problem, busy: false });
  };

  const read = async (): Promise<void> => {
    outdate();
    const { signal } = (running = new AbortController());
    const [open, chosen, whole] = [predictor.value, point.value, points.value[0]];
    const { text, question } = state;
    const texts = model.asks ? [question, text] : [text];
    if (!open || !chosen || !whole) return;
    if (texts.some((own) => own.trim() === ''))
      return refuse(model.asks ? 'Write a question and a text.' : 'Write a text.');
    const input = model.asks ? ([question, text] as const) : text;
    const at = (point: OperatingPoint) => ({ point, truncate: true, signal });
    const lengths = chosen === whole ? [whole] : [chosen, whole];
    try {
      const { prediction, ...inspection } = await open.inspect(input, at(chosen.point));
      const [full] = chosen === whole ? [] : await open.predict([input], at(whole.point));
      reading.value = {
        text,
        prediction,
        full,
        rows: tokenRows(inspection, texts),
        notes: readingNotes({ prediction, ...inspection }, texts),
      };
      Object.assign(state, { problem: '', busy: false });
      const runs = lengths.map(
        ({ point }) =>
          () =>
            open.predict([input], at(point)),
      );
      await takeTurns(runs, { rounds, signal, onRound: (own) => (timings.value = own) });
    } catch (error) {
      if (!signal.aborted) refuse(messageOf(error));
    }
  };

  const start = async (): Promise<void> => {
    state.phase = 'loading';
    state.problem = '';
    try {
      predictor.value = await openModel(model.id, {
        signal: gone.signal,
        onProgress: ({ share }) => (state.share = share),
      });
      state.step = startStep(points.value.map(({ cost }) => cost));
      state.phase = 'ready';
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
      outdate();
      clearTimeout(pause);
      pause = setTimeout(() => void read(), pauseMs);
    },
  );
  watch([() => state.step, predictor], () => void read());
  onBeforeUnmount(() => {
    clearTimeout(pause);
    running?.abort();
    gone.abort();
    predictor.value?.dispose();
  });

  return { state, predictor, points, point, reading, timings, start };
};
