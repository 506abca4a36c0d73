import type { Dropout } from '../encoder/on-tensors/dropout.js';
import { CoreError } from '../errors.js';
import type { Sandwich, SubModel } from '../length-drop.js';

/** A forward pass in training: the sub-model that runs, and a dropout of its own. */
export interface TrainingPass extends SubModel {
  readonly dropout?: Dropout | undefined;
}

/** The passes of a step on some engine: each runs forward and backward and adds `weight` times its gradients to the step's. */
export interface SandwichPasses<Targets> {
  /** The full pass, on the task or against another model; `targets` are what sub-models learn from. */
  full(pass: TrainingPass, weight: number): Promise<{ readonly loss: number; readonly targets: Targets | undefined }>;
  /** The pass of a sub-model; gives its loss. */
  reduced(pass: TrainingPass, targets: Targets, weight: number): Promise<number>;
}

export interface RunSandwichOptions {
  /** Dropout of pass `index` (0 is the full pass). Default: none. */
  readonly dropout?: (index: number) => Dropout | undefined;
  /** Factor on every loss, for gradient accumulation over several batches. Default 1. */
  readonly scale?: number;
}

export interface SandwichLosses {
  /** Sum of all terms, averaged over the passes. */
  readonly loss: number;
  /** Loss of the full pass: on the task, or against another model. */
  readonly taskLoss: number;
  /** Distillation loss of each reduced pass. */
  readonly distillationLosses: readonly number[];
}

/**
 * One sandwich step with in-place distillation (Kim & Cho 2020, section 3.1): the full model on the task, then every reduced sub-model
 * against what the full pass gave, each weighted 1 / (number of passes). With no reduced sub-models it is a plain training step.
 *
 * @throws CoreError `OPTION_INVALID` for sub-models whose full pass gives them nothing to learn from
 */
export const runSandwich = async <Targets>(
  passes: SandwichPasses<Targets>,
  { full, reduced }: Sandwich,
  { dropout = () => undefined, scale = 1 }: RunSandwichOptions = {},
): Promise<SandwichLosses> => {
  const weight = scale / (1 + reduced.length);
  const { loss: taskLoss, targets } = await passes.full({ ...full, dropout: dropout(0) }, weight);
  const distillationLosses: number[] = [];
  for (const [index, subModel] of reduced.entries()) {
    if (targets === undefined) {
      throw new CoreError(
        'OPTION_INVALID',
        'The full pass gives no logits for sub-models to learn from; leave LengthDrop out of this training.',
      );
    }
    distillationLosses.push(await passes.reduced({ ...subModel, dropout: dropout(index + 1) }, targets, weight));
  }
  const loss = distillationLosses.reduce((sum, term) => sum + term, taskLoss) / (1 + reduced.length);
  return { loss, taskLoss, distillationLosses };
};
