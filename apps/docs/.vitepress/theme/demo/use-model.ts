import type { WorkerPredictor, WorkerPredictorOptions } from '@length-adaptive/models/worker';
import { computed, onBeforeUnmount, reactive, ref, shallowRef } from 'vue';
import type { Losses } from './offered-points.js';
import { openFastest } from './fastest-engine.js';
import { messageOf } from './message-of.js';
import { offeredPoints, startStep } from './offered-points.js';
import { openModel, openOnOnnx } from './open-model.js';
import { browserMemory } from './race-memory.js';

interface Opening {
  phase: 'idle' | 'loading' | 'ready' | 'failed';
  /** Of the download. */
  share: number | undefined;
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
 * A model of this site that a page opens when it is told to, on the engine that is faster here, with the points that its slider goes over: what every live page
 * begins with.
 *
 * @param run what the engines are compared by
 */
export const useModel = (id: string, losses: Losses, run: (predictor: WorkerPredictor) => Promise<unknown>) => {
  const opening = reactive<Opening>({ phase: 'idle', share: undefined, racing: false, problem: '', step: 0 });
  const runsOn = ref('');
  const predictor = shallowRef<WorkerPredictor>();
  /** From full length down. */
  const points = computed(() => offeredPoints(predictor.value?.paretoSet ?? [], losses));
  const gone = new AbortController();

  /** @param stepOf where the slider shall stand. Default: where something is to be seen. */
  const start = async (stepOf = startStep): Promise<void> => {
    Object.assign(opening, { phase: 'loading', racing: false, problem: '' });
    const { signal } = gone;
    const options: WorkerPredictorOptions = { signal, onProgress: ({ share }) => (opening.share = share) };
    try {
      const { model: opened, ...found } = await openFastest({
        open: { onnx: () => openOnOnnx(id, 'int8', options), tfjs: () => openModel(id, options) },
        run,
        memory: browserMemory,
        savesData: savesData(),
        onRace: () => (opening.racing = true),
        signal,
      });
      runsOn.value = found.runsOn;
      opening.step = stepOf(offeredPoints(opened.paretoSet, losses));
      opening.phase = 'ready';
      predictor.value = opened;
    } catch (error) {
      if (!gone.signal.aborted) Object.assign(opening, { phase: 'failed', problem: messageOf(error) });
    }
  };

  onBeforeUnmount(() => {
    gone.abort();
    predictor.value?.dispose();
  });
  return { opening, predictor, runsOn, points, start };
};

/** What {@link useModel} gives. */
export type OpeningModel = ReturnType<typeof useModel>;
