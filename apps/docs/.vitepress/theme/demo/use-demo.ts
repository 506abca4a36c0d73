import type { OperatingPoint } from '@length-adaptive/core/lengths';
import { computed, onBeforeUnmount, reactive, shallowRef, watch } from 'vue';
import type { DemoModel } from './demo-models.js';
import { messageOf } from './message-of.js';
import { nearestStep, startStep } from './offered-points.js';
import type { Reading, RecordedReading } from './reading.js';
import { readingOf } from './reading.js';
import type { Shared } from './share-link.js';
import { toFragment } from './share-link.js';
import type { Timing } from './take-turns.js';
import { gainOf, takeTurns } from './take-turns.js';
import type { Step } from './trade-off.js';
import { useModel } from './use-model.js';

/** How often each length is timed. */
export const rounds = 7;

/** Milliseconds without a key before the text is read. */
const pauseMs = 120;

interface DemoState {
  problem: string;
  text: string;
  question: string;
  /** What is shown is not yet of this text and budget. */
  busy: boolean;
}

/** Everything the demo of a model does; what it shows is in `DemoOfModel.vue`. */
export const useDemo = (model: DemoModel, recorded: RecordedReading | undefined) => {
  const [first] = model.examples;
  const inputOf = (text: string, question = '') => (model.asks ? ([question, text] as const) : text);
  const {
    opening,
    predictor,
    runsOn,
    points,
    start: open,
  } = useModel(model.id, model.losses, (opened) =>
    opened.predict([inputOf(first?.text ?? '', first?.question)], { truncate: true }),
  );
  const state = reactive<DemoState>({
    problem: '',
    text: first?.text ?? '',
    question: first?.question ?? '',
    busy: false,
  });
  const reading = shallowRef<Reading | undefined>(recorded && readingOf(recorded));
  /** At the chosen length, and at full length where that is another. */
  const timings = shallowRef<readonly Timing[]>();
  /** Of the text that is shown. */
  const steps = shallowRef<ReadonlyMap<number, Step>>(new Map());
  /** The budget that a link asked for. */
  let asked: number | undefined;

  const point = computed(() => points.value[opening.step]);
  const link = computed(() =>
    toFragment({
      model: model.id,
      text: state.text,
      question: model.asks ? state.question : undefined,
      cost: point.value?.cost,
    }),
  );

  let running: AbortController | undefined;

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
    const { step } = opening;
    const texts = model.asks ? [question, text] : [text];
    if (!open || !chosen || !whole) return;
    if (texts.some((own) => own.trim() === ''))
      return refuse(model.asks ? 'Write a question and a text.' : 'Write a text.');
    const input = inputOf(text, question);
    const at = (point: OperatingPoint) => ({ point, truncate: true, signal });
    const lengths = chosen === whole ? [whole] : [chosen, whole];
    try {
      const { prediction, ...inspection } = await open.inspect(input, at(chosen.point));
      const [full] = chosen === whole ? [] : await open.predict([input], at(whole.point));
      reading.value = readingOf({ text, question: model.asks ? question : undefined, prediction, full, ...inspection });
      Object.assign(state, { problem: '', busy: false });
      const runs = lengths.map(
        ({ point }) =>
          () =>
            open.predict([input], at(point)),
      );
      const [own, other] = await takeTurns(runs, { rounds, signal, onRound: (known) => (timings.value = known) });
      if (own && other)
        steps.value = new Map(steps.value).set(step, {
          gain: gainOf(own, other).median,
          note: full !== undefined && full.label !== prediction.label ? 'flipped' : undefined,
        });
    } catch (error) {
      if (!signal.aborted) refuse(messageOf(error));
    }
  };

  const start = (): Promise<void> =>
    open((offered) => (asked === undefined ? startStep(offered) : nearestStep(offered, asked)));

  /** Begins with what a link says. */
  const follow = ({ text, question, cost }: Shared): void => {
    Object.assign(state, { text, question: question ?? state.question });
    reading.value = undefined; // what was recorded is of another text
    asked = cost;
  };

  let pause: ReturnType<typeof setTimeout> | undefined;
  watch(
    () => [state.text, state.question],
    () => {
      outdate();
      steps.value = new Map();
      if (!predictor.value) reading.value = undefined;
      clearTimeout(pause);
      pause = setTimeout(() => void read(), pauseMs);
    },
  );
  watch([() => opening.step, predictor], () => void read());
  onBeforeUnmount(() => {
    clearTimeout(pause);
    running?.abort();
  });

  return { state, opening, runsOn, points, reading, timings, steps, link, start, follow };
};
