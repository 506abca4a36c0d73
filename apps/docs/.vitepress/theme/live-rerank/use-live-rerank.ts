import { createBm25 } from '@length-adaptive/models/predict';
import type { MeasuredCascade, Reranking, WorkerReranker } from '@length-adaptive/models/worker';
import { computed, onBeforeUnmount, reactive, shallowRef, toRef, watch } from 'vue';
import { messageOf } from '../demo/message-of.js';
import { offeredPoints } from '../demo/offered-points.js';
import { openReranker, openRerankerOnOnnx } from '../demo/open-model.js';
import type { Step } from '../demo/trade-off.js';
import { useLink } from '../demo/use-link.js';
import { useOpening } from '../demo/use-opening.js';
import type { Passage } from '../live-search/passages-of.js';
import { sharedFirst } from './rankings.js';

export const exampleQueries = [
  'what happens to an answer that would come too late',
  'how does a token that leaves keep what it knows',
  'do I need labels to find good lengths',
  'which engine runs in the browser',
] as const;

/** Passages that BM25 finds and the model reads. */
export const candidateCount = 20;

/** Of how near rankings are to those of the full length. */
const losses = { offered: 0.18, recommended: 0.12 };

/** What the slider goes over: the full length, and cascades that are near enough to it. */
const offeredCascades = (cascades: readonly MeasuredCascade[]) =>
  offeredPoints(
    cascades.map(({ fidelity, ...cascade }) => ({ ...cascade, score: fidelity })),
    losses,
  );

/** Milliseconds without a key before a query is read. */
const pauseMs = 400;

/** What is shown of a query. */
export interface Ranked {
  readonly query: string;
  /** Numbers of passages, in the order of BM25. */
  readonly candidates: readonly number[];
  readonly own: Reranking;
  readonly full: Reranking;
}

/** Everything the live page of rankings does; what it shows is in `LiveRerank.vue`. */
export const useLiveRerank = (passages: readonly Passage[]) => {
  const {
    opening,
    model: reranker,
    runsOn,
    start: startAt,
  } = useOpening<WorkerReranker>(
    'rerank',
    {
      onnx: (options) => openRerankerOnOnnx('rerank', options),
      tfjs: (options) => openReranker('rerank', options),
    },
    (model) => model.rerank(exampleQueries[0], [passages[0]?.text ?? '']),
  );
  const state = reactive({
    query: exampleQueries[0],
    /** Milliseconds; 0 for none. */
    deadline: 0,
    busy: false,
    problem: '',
  });
  const ranked = shallowRef<Ranked>();
  const points = computed(() => offeredCascades(reranker.value?.cascades ?? []));
  const { link, stepOf } = useLink('rerank', { text: toRef(state, 'query'), step: () => opening.step, points });
  /** What every budget took and kept that was tried with this query. */
  const steps = shallowRef<ReadonlyMap<number, Step>>(new Map());
  const bm25 = createBm25(passages.map(({ text }) => text));
  /** Rankings of the full length by their queries: read once. */
  const whole = new Map<string, Reranking>();
  let running: AbortController | undefined;

  const start = (): Promise<void> => startAt(({ cascades }) => stepOf(offeredCascades(cascades)));

  const rank = async (): Promise<void> => {
    running?.abort();
    const model = reranker.value;
    if (!model) return;
    const { signal } = (running = new AbortController());
    state.busy = true;
    try {
      const { query, deadline } = state;
      const { step } = opening;
      if (query.trim() === '') throw new Error('Write a query.');
      const candidates = bm25.search(query, candidateCount);
      if (candidates.length === 0) throw new Error('No passage has a word of this query.');
      const documents = candidates.map((at) => passages[at]?.text ?? '');
      const full = whole.get(query) ?? (await model.rerank(query, documents, { signal }));
      whole.set(query, full);
      const cascade = points.value[step];
      const own =
        deadline > 0
          ? await model.rerank(query, documents, { deadlineMs: deadline, signal })
          : cascade && step > 0
            ? await model.rerank(query, documents, { cascade, signal })
            : full;
      const tried = ranked.value?.query === query ? steps.value : new Map<number, Step>();
      const { milliseconds } = own;
      const note = `${sharedFirst(own.results, full.results)} of 5`;
      steps.value =
        deadline > 0 || step === 0 ? tried : new Map(tried).set(step, { gain: full.milliseconds / milliseconds, note });
      ranked.value = { query, candidates, own, full };
      Object.assign(state, { problem: '', busy: false });
    } catch (error) {
      if (!signal.aborted) Object.assign(state, { problem: messageOf(error), busy: false });
    }
  };

  let pause: ReturnType<typeof setTimeout> | undefined;
  watch(
    () => state.query,
    () => {
      clearTimeout(pause);
      pause = setTimeout(() => void rank(), pauseMs);
    },
  );
  watch([() => opening.step, () => state.deadline, reranker], () => void rank());
  onBeforeUnmount(() => {
    clearTimeout(pause);
    running?.abort();
  });

  return { opening, state, runsOn, ranked, points, steps, link, start };
};
