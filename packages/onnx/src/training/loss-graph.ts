import type { KlOptions } from '@length-adaptive/core/training';
import type { Task } from '@length-adaptive/models/predict';
import type { GraphBuilder, Value } from '../graph/graph-builder.js';

export interface LossOptions extends KlOptions {
  readonly task: Pick<Task, 'reads' | 'distribution'>;
  readonly from: 'labels' | 'teacher';
}

const sum = (g: GraphBuilder, x: Value): Value => g.op('ReduceSum', [x], { keepdims: 0 });

/** Names of the axes of logits, of targets (probabilities run over the last axis), and of weights. */
const axesOf = ({
  reads,
  distribution,
}: LossOptions['task']): Readonly<Record<'logits' | 'labels' | 'weights', readonly (string | number)[]>> => {
  if (distribution === 'binary')
    return { logits: ['batch', 'outputs'], labels: ['batch', 'outputs', 2], weights: ['batch', 'outputs', 1] };
  if (reads === 'first') return { logits: ['batch', 'outputs'], labels: ['batch', 'outputs'], weights: ['batch', 1] };
  const logits = ['batch', 'sequence', 'outputs'];
  return distribution === 'tokens'
    ? { logits, labels: ['batch', 'outputs', 'sequence'], weights: ['batch', 'outputs', 1] }
    : { logits, labels: logits, weights: ['batch', 'sequence', 1] };
};

const squaredError = (g: GraphBuilder, logits: Value, target: Value, weights: Value): Value => {
  const difference = g.op('Sub', [logits, target]);
  return sum(g, g.op('Mul', [g.op('Mul', [difference, difference]), weights]));
};

/**
 * Adds the loss of a pass, as `taskLoss` and `distillationLoss` of the models package compute it. Inputs: `labels` and `weights`,
 * the task's targets; `token_bias` [B, 1, T] where probabilities run over the tokens, far below zero for padding; and for a pass with
 * a teacher `teacher`, its logits, and `label_weight`, the weight of the labels beside them.
 */
export const addLoss = (
  g: GraphBuilder,
  logits: Value,
  { task, from, temperature = 1, direction = 'teacher-student' }: LossOptions,
): Value => {
  const axes = axesOf(task);
  const labels = g.input('labels', 'float32', axes.labels);
  const weights =
    from === 'teacher' || task.distribution === 'none' ? g.input('weights', 'float32', axes.weights) : undefined;
  const bias = task.distribution === 'tokens' ? g.input('token_bias', 'float32', ['batch', 1, 'sequence']) : undefined;
  const withOpposite = (x: Value): Value =>
    g.op('Pad', [g.op('Reshape', [x, g.int64([0, 0, 1])]), g.int64([0, 0, 0, 0, 0, 1]), g.float(0)]); // [B, outputs] -> [B, outputs, 2]: the softmax of (x, 0) is the sigmoid of x
  const arranged = (x: Value): Value =>
    task.distribution === 'binary'
      ? withOpposite(x)
      : bias
        ? g.op('Add', [g.op('Transpose', [x], { perm: [0, 2, 1] }), bias])
        : x;
  const logSoftmax = (x: Value): Value => g.op('LogSoftmax', [arranged(x)], { axis: -1 });

  const labelled = (): Value =>
    task.distribution === 'none'
      ? squaredError(g, logits, labels, weights as Value)
      : sum(g, g.op('Mul', [logSoftmax(logits), g.op('Neg', [labels])])); // the labels are weighted already
  if (from === 'labels') return labelled();

  const teacher = g.input('teacher', 'float32', axes.logits);
  const divergence = (): Value => {
    const soften = (x: Value): Value => logSoftmax(temperature === 1 ? x : g.op('Mul', [x, g.float(1 / temperature)]));
    const [p, q] =
      direction === 'teacher-student' ? [soften(teacher), soften(logits)] : [soften(logits), soften(teacher)];
    const total = sum(g, g.op('Mul', [g.op('Mul', [g.op('Exp', [p]), g.op('Sub', [p, q])]), weights as Value]));
    return g.op('Mul', [total, g.float(temperature * temperature)]);
  };
  const distilled = task.distribution === 'none' ? squaredError(g, logits, teacher, weights as Value) : divergence();
  return g.op('Add', [distilled, g.op('Mul', [labelled(), g.input('label_weight', 'float32', [])])]);
};
