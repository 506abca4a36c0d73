import type { WorkerPredictorOptions } from '@length-adaptive/models/worker';
import { onBeforeUnmount, onMounted, reactive, ref, shallowRef } from 'vue';
import type { Engine, Opened } from './fastest-engine.js';
import { openFastest } from './fastest-engine.js';
import { messageOf } from './message-of.js';
import { browserMemory } from './race-memory.js';

/** What a page shows while a model is opened, and where its slider stands. */
export interface Opening {
  phase: 'idle' | 'loading' | 'ready' | 'failed';
  /** Of the download. */
  share: number | undefined;
  /** Whether ONNX Runtime is fetched. */
  onnx: boolean;
  /** The model is there on one engine, and is opened on the other. */
  racing: boolean;
  problem: string;
  /** Steps down from full length. */
  step: number;
}

/** Whether the reader asked the browser to fetch little. */
const savesData = (): boolean =>
  (navigator as { readonly connection?: { readonly saveData?: boolean } }).connection?.saveData === true;

/**
 * Something of this site that a page opens when it is told to, on the engine that is faster here: what every live page begins with.
 *
 * @param id what it is, by which the faster engine is remembered
 * @param open on either engine
 * @param run what the engines are compared by
 */
export const useOpening = <Model extends Opened>(
  id: string,
  open: Readonly<Record<Engine, (options: WorkerPredictorOptions) => Promise<Model>>>,
  run: (model: Model) => Promise<unknown>,
) => {
  const opening = reactive<Opening>({
    phase: 'idle',
    share: undefined,
    onnx: true,
    racing: false,
    problem: '',
    step: 0,
  });
  const runsOn = ref('');
  const model = shallowRef<Model>();
  const gone = new AbortController();
  const memory = browserMemory(id);
  onMounted(() => (opening.onnx = !savesData() && memory.recall()?.engine !== 'tfjs'));

  /** @param stepOf where the slider shall stand */
  const start = async (stepOf: (opened: Model) => number): Promise<void> => {
    Object.assign(opening, { phase: 'loading', racing: false, problem: '' });
    const { signal } = gone;
    const options: WorkerPredictorOptions = { signal, onProgress: ({ share }) => (opening.share = share) };
    try {
      const { model: opened, ...found } = await openFastest({
        open: { onnx: () => open.onnx(options), tfjs: () => open.tfjs(options) },
        run,
        memory,
        savesData: savesData(),
        onRace: () => (opening.racing = true),
        signal,
      });
      runsOn.value = found.runsOn;
      opening.step = stepOf(opened);
      opening.phase = 'ready';
      model.value = opened;
    } catch (error) {
      if (!gone.signal.aborted) Object.assign(opening, { phase: 'failed', problem: messageOf(error) });
    }
  };

  onBeforeUnmount(() => {
    gone.abort();
    model.value?.dispose();
  });
  return { opening, model, runsOn, start };
};
