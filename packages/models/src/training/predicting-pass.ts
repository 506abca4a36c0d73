/** The full pass of a step on TensorFlow.js, in which a reducer learns beside the model. */
import type { DecideOptions, FullPass, TrainingPass } from '@length-adaptive/core';
import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor } from '@tensorflow/tfjs';
import type { TaskModel } from '../model/task-model.js';
import type { LabelledInput } from '../tasks/labelled-input.js';
import { teachingOf } from '../tasks/matters-targets.js';
import { decidedLoss, predictedLoss, salientLoss, strengthLoss } from '../tasks/tensor-losses.js';

/** What a full pass learns. */
export interface Lesson {
  readonly batch: readonly LabelledInput[];
  /** Loss of the model. */
  loss(logits: Tensor): Scalar;
  /** Whether the model learns without labels: saliency is then that of the strength of its answers, for the loss begins at 0. Default false. */
  readonly unlabelled?: boolean;
}

/** Whether the reducer learns in a pass. At a length configuration it would see some of the tokens only, and learns nothing. */
const learnsIn = ({ reducer }: TaskModel, { config }: TrainingPass): boolean =>
  reducer.predictor !== undefined && config === undefined;

/** Whether it learns of what a task or a gradient says in it. */
const isTaughtIn = (model: TaskModel, pass: TrainingPass): boolean =>
  learnsIn(model, pass) && model.reducer.predictor?.decisions?.supervised !== false;

/** How it decides in a pass; undefined where it does not. */
const decidesIn = (model: TaskModel, pass: TrainingPass): DecideOptions | undefined => {
  const decisions = learnsIn(model, pass) ? model.reducer.predictor?.decisions : undefined;
  return decisions && { temperature: decisions.temperature, random: pass.dropout?.random };
};

/**
 * What the reducer is to learn that the task does not say: the saliency of what leaves each layer, without dropout. It is differentiated by itself, and is
 * a constant to the pass.
 */
export const lookUpSaliency = (
  model: TaskModel,
  pass: TrainingPass,
  { batch, loss, unlabelled = false }: Lesson,
): readonly Tensor[] =>
  model.task.matters || !isTaughtIn(model, pass)
    ? []
    : model.saliency(
        batch.map(({ input }) => input),
        unlabelled ? strengthLoss : loss,
        { layers: pass.layers, normalize: !unlabelled },
      );

/** A full pass, with what the reducer learns in it, and what it pays for the tokens that it lets stay. */
export const predictingPass = (
  model: TaskModel,
  pass: TrainingPass,
  { batch, loss }: Lesson,
  saliencies: readonly Tensor[],
): FullPass => {
  const { task } = model;
  const inputs = batch.map(({ input }) => input);
  const decide = decidesIn(model, pass);
  const taught = isTaughtIn(model, pass);
  const { logits, predictions, decisions } = model.forward(inputs, {
    ...pass,
    predict: taught,
    ...(decide && { decide }),
  });
  const teaching = teachingOf(task, model.reducer.predictor);
  const learned = teaching ? predictedLoss(teaching, predictions, batch) : salientLoss(predictions, saliencies, batch);
  const paid = decidedLoss(decisions, batch, model.reducer.predictor?.decisions?.price ?? 0);
  const total = [learned, paid].reduce<Scalar>((sum, more) => (more ? tf.add(sum, more) : sum), loss(logits));
  return { logits, loss: total };
};
