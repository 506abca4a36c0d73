import type { WorkerPredictor } from '@length-adaptive/models/worker';
import { computed } from 'vue';
import type { Losses } from './offered-points.js';
import { offeredPoints, startStep } from './offered-points.js';
import { openModel, openOnOnnx } from './open-model.js';
import { useOpening } from './use-opening.js';

/**
 * A model of this site with the points that a page's slider goes over.
 *
 * @param run what the engines are compared by
 */
export const useModel = (id: string, losses: Losses, run: (predictor: WorkerPredictor) => Promise<unknown>) => {
  const {
    model: predictor,
    start: startAt,
    ...others
  } = useOpening<WorkerPredictor>(
    id,
    { onnx: (options) => openOnOnnx(id, 'int8', options), tfjs: (options) => openModel(id, options) },
    run,
  );
  /** From full length down. */
  const points = computed(() => offeredPoints(predictor.value?.paretoSet ?? [], losses));
  /** @param stepOf where the slider shall stand. Default: where something is to be seen. */
  const start = (stepOf = startStep): Promise<void> =>
    startAt(({ paretoSet }) => stepOf(offeredPoints(paretoSet, losses)));
  return { ...others, predictor, points, start };
};
