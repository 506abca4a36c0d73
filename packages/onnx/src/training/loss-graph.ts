import type { KlOptions } from '@length-adaptive/core';
import type { SequenceTask } from '@length-adaptive/models';
import type { GraphBuilder, Value } from '../graph/graph-builder.js';

export interface LossOptions extends KlOptions {
  readonly task: SequenceTask['name'];
  readonly pass: 'full' | 'reduced';
}

const sum = (g: GraphBuilder, x: Value): Value => g.op('ReduceSum', [x], { keepdims: 0 });

/**
 * Mean cross-entropy of logits against `labels`, or mean squared error for a regression.
 * `labels`: one row a class, 1 for the right one, or the values, [B, outputs] float32.
 */
const taskLoss = (g: GraphBuilder, logits: Value, labels: Value, share: Value, task: LossOptions['task']): Value =>
  task === 'regression'
    ? meanSquaredError(g, logits, labels, share)
    : g.op('Mul', [sum(g, g.op('Mul', [g.op('LogSoftmax', [logits], { axis: -1 }), g.op('Neg', [labels])])), share]);

const meanSquaredError = (g: GraphBuilder, logits: Value, target: Value, share: Value): Value => {
  const difference = g.op('Sub', [logits, target]);
  return g.op('Mul', [sum(g, g.op('Mul', [difference, difference])), share]);
};

/** KL divergence of the logits from the teacher's, as `klDivergence` of the core package. */
const divergence = (g: GraphBuilder, student: Value, teacher: Value, share: Value, { temperature = 1, direction = 'teacher-student' }: KlOptions): Value => {
  const soften = (x: Value): Value => g.op('LogSoftmax', [temperature === 1 ? x : g.op('Mul', [x, g.float(1 / temperature)])], { axis: -1 });
  const [p, q] = direction === 'teacher-student' ? [soften(teacher), soften(student)] : [soften(student), soften(teacher)];
  const total = sum(g, g.op('Mul', [g.op('Exp', [p]), g.op('Sub', [p, q])]));
  return g.op('Mul', [g.op('Mul', [total, share]), g.float(temperature * temperature)]);
};

/**
 * Adds the loss of a pass. Inputs: `labels` [B, outputs], `row_share` (one part in B), and for a reduced pass `teacher`
 * [B, outputs], the logits of the full pass, and `label_weight`, the weight of the labels beside them.
 */
export const addLoss = (g: GraphBuilder, logits: Value, { task, pass, ...kl }: LossOptions): Value => {
  const share = g.input('row_share', 'float32', []);
  const labelled = taskLoss(g, logits, g.input('labels', 'float32', ['batch', 'outputs']), share, task);
  if (pass === 'full') return labelled;
  const teacher = g.input('teacher', 'float32', ['batch', 'outputs']);
  const distilled = task === 'regression' ? meanSquaredError(g, logits, teacher, share) : divergence(g, logits, teacher, share, kl);
  return g.op('Add', [distilled, g.op('Mul', [labelled, g.input('label_weight', 'float32', [])])]);
};
