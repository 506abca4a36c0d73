import type { OperatingPoint } from '@length-adaptive/core/lengths';
import type { Budget } from '../predictor/budget.js';
import type { PredictOptions } from '../predictor/prediction.js';

/** What may be spent: given to a pipeline when it is opened, or call by call. */
export interface PipelineDefaults {
  /** Default: the full model. */
  readonly budget?: Budget | undefined;
  /** Run exactly this point instead: `{ lengths: [0.8, 0.6, 0.4] }`. */
  readonly point?: OperatingPoint | undefined;
}

/** A call's own budget or point, else the pipeline's; texts are cut to the model's positions, as transformers.js does, and one that cannot be read refuses the call. */
export const spending = (
  { budget, point }: PipelineDefaults,
  defaults: PipelineDefaults,
): Pick<PredictOptions, 'budget' | 'point' | 'truncate'> & { readonly onError: 'throw' } => ({
  ...(budget === undefined && point === undefined
    ? { budget: defaults.budget, point: defaults.point }
    : { budget, point }),
  truncate: true,
  onError: 'throw',
});
