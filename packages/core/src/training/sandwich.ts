import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs';
import type { Sandwich } from '../length-drop.js';
import type { KlOptions } from './losses.js';
import type { Gradient, Gradients } from './gradients.js';
import { addGradient } from './gradients.js';
import type { RunSandwichOptions, SandwichLosses, SandwichPasses, TrainingPass } from './run-sandwich.js';
import { runSandwich } from './run-sandwich.js';

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
  /** What the full pass takes as constants: found before it is differentiated, and disposed of after it. Default: nothing. */
  lookUp?(batch: Batch, pass: TrainingPass): readonly Tensor[];
  /** The full pass with its loss, for a model that learns from more than its task. Default: `taskLoss` of `logits`. */
  fullPass?(batch: Batch, pass: TrainingPass, found: readonly Tensor[]): FullPass;
  /** Mean loss of the task. */
  taskLoss(logits: Tensor, batch: Batch): Scalar;
  /** Mean loss of a sub-model against the logits of the full model. */
  distillationLoss(teacher: Tensor, student: Tensor, batch: Batch, options: KlOptions): Scalar;
}

export interface SandwichOptions extends KlOptions, RunSandwichOptions {
  /** Weight of the task loss on sub-models. Default 0: they learn from the full model only, as published. */
  readonly subModelLabelLoss?: number;
}

/**
 * Gradients of one sandwich step on TensorFlow.js (see `runSandwich`), added to `gradients`. Tensors live only within their pass, so memory
 * peaks at one forward and backward pass.
 *
 * @throws CoreError `OPTION_INVALID`
 */
export const sandwichStep = async <Batch>(
  model: TrainableModel<Batch>,
  batch: Batch,
  sandwich: Sandwich,
  gradients: Gradients,
  { subModelLabelLoss = 0, dropout, scale, ...kl }: SandwichOptions = {},
): Promise<SandwichLosses> => {
  let teacher: Tensor | undefined;
  const passes: SandwichPasses<Tensor> = {
    full: async (pass, weight) => {
      const found = model.lookUp?.(batch, pass) ?? [];
      try {
        const loss = await addGradients(model, batch, gradients, weight, () => {
          const { loss: own, logits } = fullPassOf(model, batch, pass, found);
          if (logits) teacher = tf.keep(tf.clone(logits));
          return own;
        });
        return { loss, targets: teacher };
      } finally {
        tf.dispose([...found]);
      }
    },
    reduced: (pass, targets, weight) =>
      addGradients(model, batch, gradients, weight, () => {
        const logits = model.logits(batch, pass);
        const distilled = model.distillationLoss(targets, logits, batch, kl);
        return subModelLabelLoss === 0
          ? distilled
          : tf.add(distilled, tf.mul(model.taskLoss(logits, batch), subModelLabelLoss));
      }),
  };
  try {
    return await runSandwich(passes, sandwich, { ...(dropout && { dropout }), ...(scale !== undefined && { scale }) });
  } finally {
    teacher?.dispose();
  }
};

const fullPassOf = <Batch>(
  model: TrainableModel<Batch>,
  batch: Batch,
  pass: TrainingPass,
  found: readonly Tensor[],
): FullPass => {
  if (model.fullPass) return model.fullPass(batch, pass, found);
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
