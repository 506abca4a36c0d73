import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs';
import type { Dropout } from '../encoder/on-tensors/dropout.js';
import { CoreError } from '../errors.js';
import type { Sandwich, SubModel } from '../length-drop.js';
import type { KlOptions } from './distillation.js';
import type { Gradient, Gradients } from './gradients.js';
import { addGradient } from './gradients.js';

/** A forward pass in training: the sub-model that runs, and a dropout of its own. */
export interface TrainingPass extends SubModel {
  readonly dropout?: Dropout | undefined;
}

/** The full pass of a step. */
export interface FullPass {
  readonly loss: Scalar;
  /** What sub-models learn from; a step without any does not need it. */
  readonly logits?: Tensor | undefined;
}

/** What the trainer knows of a model: its variables, its logits and its losses. `Batch` is whatever the model takes. */
export interface TrainableModel<Batch> {
  /** Variables by name; the names are the keys of gradients and checkpoints. */
  readonly variables: ReadonlyMap<string, Variable>;
  /**
   * Tables (2-D variables) of which a batch reads only some rows, with those rows, ascending: the gradient of all others
   * is zero, and only these are fetched from the device. Default: none.
   */
  rowsRead?(batch: Batch): ReadonlyMap<string, Int32Array>;
  logits(batch: Batch, pass: TrainingPass): Tensor;
  /** The full pass with its loss, for a model that learns from more than its task. Default: `taskLoss` of `logits`. */
  fullPass?(batch: Batch, pass: TrainingPass): FullPass;
  /** Mean loss of the task. */
  taskLoss(logits: Tensor, batch: Batch): Scalar;
  /** Mean loss of a sub-model against the logits of the full model. */
  distillationLoss(teacher: Tensor, student: Tensor, batch: Batch, options: KlOptions): Scalar;
}

export interface SandwichOptions extends KlOptions {
  /** Weight of the task loss on sub-models. Default 0: they learn from the full model only, as published. */
  readonly subModelLabelLoss?: number;
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
 * Gradients of one sandwich step with in-place distillation (Kim & Cho 2020, section 3.1), added to `gradients`:
 * the full model on the task, then every reduced sub-model against the full pass' logits, each weighted
 * 1 / (number of passes). With no reduced sub-models it is a plain training step.
 *
 * Tensors live only within their pass, so memory peaks at one forward and backward pass.
 */
export const sandwichStep = async <Batch>(
  model: TrainableModel<Batch>,
  batch: Batch,
  { full, reduced }: Sandwich,
  gradients: Gradients,
  { subModelLabelLoss = 0, dropout = () => undefined, scale = 1, ...kl }: SandwichOptions = {},
): Promise<SandwichLosses> => {
  const weight = scale / (1 + reduced.length);
  let teacher: Tensor | undefined;

  try {
    const taskLoss = await addGradients(model, batch, gradients, weight, () => {
      const { loss, logits } = fullPassOf(model, batch, { ...full, dropout: dropout(0) });
      if (logits) teacher = tf.keep(tf.clone(logits));
      return loss;
    });
    const targets = teacher; // set by the pass above
    if (!targets && reduced.length > 0) {
      throw new CoreError(
        'OPTION_INVALID',
        'The full pass gives no logits for sub-models to learn from; leave LengthDrop out of this training.',
      );
    }

    const distillationLosses: number[] = [];
    for (const [index, subModel] of reduced.entries()) {
      const loss = await addGradients(model, batch, gradients, weight, () => {
        const logits = model.logits(batch, { ...subModel, dropout: dropout(index + 1) });
        const distilled = model.distillationLoss(targets as Tensor, logits, batch, kl);
        return subModelLabelLoss === 0
          ? distilled
          : tf.add(distilled, tf.mul(model.taskLoss(logits, batch), subModelLabelLoss));
      });
      distillationLosses.push(loss);
    }
    const loss = distillationLosses.reduce((sum, term) => sum + term, taskLoss) / (1 + reduced.length);
    return { loss, taskLoss, distillationLosses };
  } finally {
    teacher?.dispose();
  }
};

const fullPassOf = <Batch>(model: TrainableModel<Batch>, batch: Batch, pass: TrainingPass): FullPass => {
  if (model.fullPass) return model.fullPass(batch, pass);
  const logits = model.logits(batch, pass);
  return { logits, loss: model.taskLoss(logits, batch) };
};

/** Runs one pass forward and backward, adds `weight` times its gradients to the sums, and returns its loss. */
const addGradients = async <Batch>(
  model: TrainableModel<Batch>,
  batch: Batch,
  sums: Gradients,
  weight: number,
  pass: () => Scalar,
): Promise<number> => {
  const { variables } = model;
  const rowsRead = model.rowsRead?.(batch);
  const { value, grads } = tf.variableGrads(() => tf.mul<Scalar>(pass(), weight), [...variables.values()]);
  try {
    for (const [name, variable] of variables) {
      const gradient = grads[variable.name];
      if (gradient) addGradient(sums, name, await fetchGradient(gradient, rowsRead?.get(name)));
    }
    return ((await value.data())[0] as number) / weight;
  } finally {
    tf.dispose([value, grads]);
  }
};

const fetchGradient = async (gradient: Tensor, rows: Int32Array | undefined): Promise<Gradient> => {
  const wanted = rows ? tf.tidy(() => tf.gather(gradient, tf.tensor1d(rows, 'int32'))) : gradient;
  const data = (await wanted.data()) as Float32Array;
  // The cpu backend hands out its own memory, which other tensors may share.
  const values = tf.getBackend() === 'cpu' ? data.slice() : data;
  if (wanted !== gradient) wanted.dispose();
  return { values, rows };
};
