import { onBeforeUnmount, reactive, shallowRef, toRef, watch } from 'vue';
import { messageOf } from '../demo/message-of.js';
import type { Step } from '../demo/trade-off.js';
import { useLink } from '../demo/use-link.js';
import { useModel } from '../demo/use-model.js';
import type { Hit } from './nearest.js';
import { meanCosine, nearest, shared } from './nearest.js';
import type { Passage } from './passages-of.js';

export const exampleQueries = [
  'how do I keep an answer within a time limit',
  'which tokens are dropped first',
  'run it in a web page without a server',
  'more than one machine for the search',
] as const;

/** The vectors of all passages at one budget, and what they took. */
interface Index {
  readonly vectors: readonly Float32Array[];
  readonly milliseconds: number;
}

/** What is shown of a query at a budget. */
export interface Found {
  readonly query: string;
  readonly hits: readonly (Hit & { readonly isNew: boolean })[];
  /** Of the ten nearest in the index of the full length, those that are nearest in this one, too: of this query, and the mean over the examples. */
  readonly sharedHits: number;
  readonly meanShared: number;
  readonly milliseconds: number;
  readonly fullMilliseconds: number;
  readonly cosine: number;
}

interface SearchState {
  /** Passages that have their vector at the budget. */
  done: number;
  busy: boolean;
  problem: string;
  query: string;
}

/** Passages that the worker is handed at once: a budget that moves meanwhile waits for no more. */
const atOnce = 16;

/** Milliseconds without a key before a query is read. */
const pauseMs = 200;

/** Of mean cosines to the vectors of the full length. */
const losses = { offered: 0.1, recommended: 0.04 };

/** Everything the live search does; what it shows is in `LiveSearch.vue`. */
export const useLiveSearch = (passages: readonly Passage[]) => {
  const state = reactive<SearchState>({
    done: 0,
    busy: false,
    problem: '',
    query: exampleQueries[0],
  });
  const opened = useModel('search', losses, (model) => model.embed([passages[0]?.text ?? '']));
  const { opening, predictor, runsOn, points } = opened;
  const found = shallowRef<Found>();
  const indexes = new Map<number, Index>();
  /** What every budget took and kept that was tried. */
  const steps = shallowRef<ReadonlyMap<number, Step>>(new Map());
  const { link, stepOf } = useLink('search', { text: toRef(state, 'query'), step: () => opening.step, points });
  let queries: readonly Float32Array[] = [];
  let running: AbortController | undefined;

  const vectorsOf = async (texts: readonly string[], step: number, signal: AbortSignal): Promise<Float32Array[]> => {
    const point = points.value[step]?.point;
    const made = await predictor.value?.embed(texts, { point, signal, onError: 'throw' });
    return (made ?? []).map(({ vector }) => vector);
  };

  /** The index at a budget: made once. */
  const indexAt = async (step: number, signal: AbortSignal): Promise<Index> => {
    const known = indexes.get(step);
    if (known) return known;
    const vectors: Float32Array[] = [];
    let milliseconds = 0;
    state.done = 0;
    for (let from = 0; from < passages.length; from += atOnce) {
      const texts = passages.slice(from, from + atOnce).map(({ text }) => text);
      const start = performance.now();
      vectors.push(...(await vectorsOf(texts, step, signal)));
      milliseconds += performance.now() - start;
      state.done = vectors.length;
    }
    const index = { vectors, milliseconds };
    indexes.set(step, index);
    return index;
  };

  const search = async (): Promise<void> => {
    running?.abort();
    if (!predictor.value) return;
    const { signal } = (running = new AbortController());
    state.busy = true;
    try {
      const { query } = state;
      const { step } = opening;
      const full = await indexAt(0, signal);
      const own = await indexAt(step, signal);
      if (queries.length === 0) queries = await vectorsOf(exampleQueries, 0, signal);
      if (query.trim() === '') throw new Error('Write a query.');
      const [vector = new Float32Array()] = await vectorsOf([query], 0, signal);
      const sharedOf = (asked: Float32Array): number =>
        shared(nearest(own.vectors, asked), nearest(full.vectors, asked));
      const whole = new Set(nearest(full.vectors, vector).map(({ passage }) => passage));
      const meanShared = queries.reduce((sum, asked) => sum + sharedOf(asked), 0) / queries.length;
      if (step > 0)
        steps.value = new Map(steps.value).set(step, {
          gain: full.milliseconds / own.milliseconds,
          note: `${meanShared.toFixed(1)} of 10`,
        });
      found.value = {
        query,
        hits: nearest(own.vectors, vector).map((hit) => ({ ...hit, isNew: !whole.has(hit.passage) })),
        sharedHits: sharedOf(vector),
        meanShared,
        milliseconds: own.milliseconds,
        fullMilliseconds: full.milliseconds,
        cosine: meanCosine(own.vectors, full.vectors),
      };
      Object.assign(state, { problem: '', busy: false });
    } catch (error) {
      if (!signal.aborted) Object.assign(state, { problem: messageOf(error), busy: false });
    }
  };

  const start = (): Promise<void> => opened.start(stepOf);

  let pause: ReturnType<typeof setTimeout> | undefined;
  watch(
    () => state.query,
    () => {
      clearTimeout(pause);
      pause = setTimeout(() => void search(), pauseMs);
    },
  );
  watch([() => opening.step, predictor], () => void search());
  onBeforeUnmount(() => {
    clearTimeout(pause);
    running?.abort();
  });

  return { state, opening, runsOn, points, found, steps, link, start };
};
