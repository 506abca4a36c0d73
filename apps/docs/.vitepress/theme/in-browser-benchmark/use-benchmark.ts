import type { Prediction, WorkerPredictor } from '@length-adaptive/models/worker';
import { onBeforeUnmount, reactive, shallowRef } from 'vue';
import { openModel, openOnOnnx } from '../demo/open-model.js';
import { gainOf, takeTurns } from '../demo/take-turns.js';
import type { Gain, Timing } from '../demo/take-turns.js';
import { textOf, wordCounts } from './benchmark-texts.js';

/** The demo's model. */
const modelId = 'sentiment';

/** Budgets beside the full length, as shares of its cost. */
const budgets = [0.75, 0.5, 0.4] as const;

export const rounds = 15;

/** One line of the table. */
export interface BenchmarkRow {
  readonly engine: string;
  readonly length: string;
  /** Of the full length's MACs, for this text. */
  readonly cost: number;
  readonly timing: Timing | undefined;
  /** Times faster than full length on the same engine. */
  readonly gain: Gain | undefined;
}

interface BenchmarkState {
  phase: 'idle' | 'running' | 'done' | 'failed';
  /** What happens now. */
  doing: string;
  problem: string;
  /** Length of the text. */
  words: number;
  /** Of the text that the rows are of. */
  measuredWords: number;
  tokens: number;
  /** Rounds that the rows are of: fewer than were asked for where it was stopped. */
  rounds: number;
  /** Largest difference between the engines' probabilities. */
  difference: number;
}

interface Entrant {
  readonly engine: string;
  readonly length: string;
  readonly first: Prediction;
  readonly run: () => Promise<unknown>;
}

/** Everything the benchmark page does; what it shows is in `InBrowserBenchmark.vue`. */
export const useBenchmark = () => {
  const state = reactive<BenchmarkState>({
    phase: 'idle',
    doing: '',
    problem: '',
    words: wordCounts[2],
    measuredWords: 0,
    tokens: 0,
    rounds: 0,
    difference: NaN,
  });
  const rows = shallowRef<readonly BenchmarkRow[]>([]);
  const engines = shallowRef<readonly { readonly name: string; readonly predictor: WorkerPredictor }[]>([]);
  let running: AbortController | undefined;

  const open = async (signal: AbortSignal): Promise<void> => {
    if (engines.value.length > 0) return;
    state.doing = 'Opening the model on TensorFlow.js';
    const tfjs = await openModel(modelId, {
      signal,
      onProgress: ({ share }) =>
        (state.doing = `Loading the model${share === undefined ? '' : `: ${Math.round(100 * share)} %`}`),
    });
    state.doing = 'Opening the model on ONNX Runtime Web (14 MB of WebAssembly)';
    const onnx = await openOnOnnx(modelId, 'fp32', { signal });
    engines.value = [
      { name: `TensorFlow.js, ${tfjs.backend?.backend ?? ''}`, predictor: tfjs },
      { name: 'ONNX Runtime Web, wasm', predictor: onnx },
    ];
  };

  const enter = async (text: string, signal: AbortSignal): Promise<Entrant[]> => {
    const entrants: Entrant[] = [];
    for (const { name, predictor } of engines.value) {
      const lengths = [
        { length: 'full length', options: { signal, truncate: true } },
        ...budgets.map((cost) => ({
          length: `budget ${Math.round(100 * cost)} %`,
          options: { signal, truncate: true, budget: { cost } },
        })),
      ];
      for (const { length, options } of lengths) {
        const [first] = await predictor.predict([text], options);
        if (first)
          entrants.push({
            engine: name,
            length,
            first,
            run: () => predictor.predict([text], { signal, truncate: true, point: first.point }),
          });
      }
    }
    return entrants;
  };

  const toRows = (entrants: readonly Entrant[], timings: readonly Timing[]): BenchmarkRow[] =>
    entrants.map(({ engine, length, first }, i) => {
      const timing = timings[i];
      const full = timings[entrants.findIndex((other) => other.engine === engine)];
      return { engine, length, cost: first.cost, timing, gain: full && timing && gainOf(timing, full) };
    });

  /** The largest difference between what the engines answer at the same length. */
  const difference = (entrants: readonly Entrant[]): number => {
    const own = entrants.slice(0, entrants.length / 2);
    return Math.max(
      ...own.map(({ first }, i) => Math.abs(first.score - (entrants[i + own.length]?.first.score ?? NaN))),
    );
  };

  const start = async (): Promise<void> => {
    const { signal } = (running = new AbortController());
    const { words } = state;
    Object.assign(state, { phase: 'running', problem: '', measuredWords: words, rounds: 0 });
    rows.value = [];
    try {
      await open(signal);
      const entrants = await enter(textOf(words), signal);
      state.tokens = entrants[0]?.first.tokens ?? 0;
      state.difference = difference(entrants);
      rows.value = toRows(entrants, []);
      state.doing = 'Warming up';
      await takeTurns(
        entrants.map(({ run }) => run),
        {
          rounds,
          signal,
          onRound: (timings, round) => {
            rows.value = toRows(entrants, timings);
            state.rounds = round;
            state.doing = `Round ${round} of ${rounds}`;
          },
        },
      );
      state.phase = 'done';
    } catch (error) {
      Object.assign(
        state,
        signal.aborted
          ? { phase: rows.value.length > 0 ? 'done' : 'idle' }
          : { phase: 'failed', problem: error instanceof Error ? error.message : String(error) },
      );
    }
  };

  const stop = (): void => running?.abort();
  onBeforeUnmount(() => {
    stop();
    for (const { predictor } of engines.value) predictor.dispose();
  });
  return { state, rows, start, stop };
};
