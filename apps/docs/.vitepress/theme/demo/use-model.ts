import type { WorkerPredictor } from '@length-adaptive/models/worker';
import { computed, onBeforeUnmount, reactive, shallowRef } from 'vue';
import type { Losses } from './offered-points.js';
import { offeredPoints, startStep } from './offered-points.js';
import { openModel } from './open-model.js';

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

interface Opening {
  phase: 'idle' | 'loading' | 'ready' | 'failed';
  /** Of the download. */
  share: number | undefined;
  problem: string;
  /** Steps down from full length. */
  step: number;
}

/** A model of this site that a page opens when it is told to, with the points that its slider goes over: what every live page begins with. */
export const useModel = (id: string, losses: Losses) => {
  const opening = reactive<Opening>({ phase: 'idle', share: undefined, problem: '', step: 0 });
  const predictor = shallowRef<WorkerPredictor>();
  /** From full length down. */
  const points = computed(() => offeredPoints(predictor.value?.paretoSet ?? [], losses));
  const gone = new AbortController();

  /** @param stepOf where the slider shall stand. Default: where something is to be seen. */
  const start = async (stepOf = startStep): Promise<void> => {
    Object.assign(opening, { phase: 'loading', problem: '' });
    try {
      const opened = await openModel(id, {
        signal: gone.signal,
        onProgress: ({ share }) => (opening.share = share),
      });
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
  return { opening, predictor, points, start };
};

/** What {@link useModel} gives. */
export type OpeningModel = ReturnType<typeof useModel>;
