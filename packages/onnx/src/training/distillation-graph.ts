import type { Observe, ProjectionsOf } from '@length-adaptive/core/encoder';
import { attentionWidth } from '@length-adaptive/core/lengths';
import { weightedAttentionLoss, weightedRelationLoss, weightedSquaredError } from '@length-adaptive/core/training';
import type { Dimensions, IntermediateDistillation, RelationDistillation } from '@length-adaptive/models/engine';
import { observedLayers } from '@length-adaptive/models/engine';
import type { ObservedValues } from '../encoder/encoder-graph.js';
import { encoderGraph } from '../encoder/encoder-graph.js';
import type { NamedShape } from '../encoder/weight-tree.js';
import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { graphLossOps } from './graph-loss-ops.js';
import type { PassGraph, TrainingGraph, TrainingModel } from './pass-graph.js';
import { beginPass, trainableWeights } from './pass-graph.js';
import { teacherValues } from './teacher-graph.js';

/** Distillation that looks inside the teacher. */
export type LayerDistillation = IntermediateDistillation | RelationDistillation;

/** What both encoders report. */
export const observedOf = (
  distillation: LayerDistillation,
): { readonly student: Observe; readonly teacher: Observe } =>
  distillation.method === 'intermediate'
    ? observedLayers(distillation)
    : { student: { projections: [distillation.studentLayer] }, teacher: { projections: [distillation.teacherLayer] } };

/** The sum of several losses, times a weight. */
const total = (g: GraphBuilder, terms: readonly Value[], weight = 1): Value =>
  g.op('Mul', [terms.reduce((sum, term) => g.op('Add', [sum, term])), g.float(weight)]);

const fitDense = (
  { parameter }: PassGraph,
  { fit }: IntermediateDistillation,
): { readonly kernel: Value; readonly bias: Value } => {
  const leafOf = (index: number): NamedShape => {
    const { spec, variable } = fit.parameters[index] as IntermediateDistillation['fit']['parameters'][number];
    return { name: spec.name, shape: variable.shape };
  };
  return { kernel: parameter(leafOf(0)), bias: parameter(leafOf(1)) };
};

const intermediateLoss = (
  pass: PassGraph,
  distillation: IntermediateDistillation,
  student: ObservedValues,
  teacher: (name: string) => Value,
): Value => {
  const { g } = pass;
  const fit = fitDense(pass, distillation);
  const layers = observedLayers(distillation);
  const [own, theirs] = [distillation.student.dimensions.heads, distillation.teacher.dimensions.heads];
  const stateWeights = g.input('state_weights', 'float32', ['batch', 'sequence', 1]);
  const pairWeights = g.input('pair_weights', 'float32', ['batch', 1, 'sequence', 1]);
  const ops = graphLossOps(g);
  const states = student.states.map((state, i) =>
    weightedSquaredError(
      ops,
      trainableWeights.dense(g, state, fit),
      teacher(`state.${layers.stateOf[i]}`),
      stateWeights,
    ),
  );
  const attention = student.attention.map((value, i) =>
    weightedAttentionLoss(
      ops,
      { value: teacher(`attention.${layers.attentionOf[i]}`), heads: theirs },
      { value, heads: own },
      pairWeights,
    ),
  );
  return g.op('Add', [total(g, states, distillation.stateWeight), total(g, attention, distillation.attentionWeight)]);
};

const relationsLoss = (
  { g }: PassGraph,
  { student, teacher, relationHeads }: RelationDistillation,
  own: ProjectionsOf<Value>,
  teacherValue: (name: string) => Value,
): Value => {
  const options = {
    heads: relationHeads,
    bias: g.input('key_bias', 'float32', ['batch', 1, 1, 'sequence']),
    weights: g.input('token_weights', 'float32', ['batch', 1, 'sequence', 1]),
  };
  const related = (value: Value, of: Dimensions) => ({ value, width: attentionWidth(of) });
  const ops = graphLossOps(g);
  const terms = (['query', 'key', 'value'] as const).map((kind) =>
    weightedRelationLoss(
      ops,
      related(teacherValue(`${kind}.0`), teacher.dimensions),
      related(own[kind], student.dimensions),
      options,
    ),
  );
  return total(g, terms);
};

/**
 * The graph of a student's pass, forward and backward, against what its teacher gives: inputs `teacher.NAME` for every value of
 * `teacherValues`, the weights of the loss, dropout masks and every parameter by name; outputs as those of `trainingGraph` without logits.
 */
export const distillationGraph = (
  model: TrainingModel,
  distillation: LayerDistillation,
  { dropout }: { readonly dropout: boolean },
): TrainingGraph => {
  const pass = beginPass(model, { layers: model.encoder.blocks.map((_, layer) => layer), dropout });
  const { g, inputs, weights, training, end } = pass;
  const observe = observedOf(distillation);
  const context = { weights, emit: trainableWeights, training };
  const { observed, ...embedded } = encoderGraph(g, context, inputs, model.dimensions.hiddenSize, {
    plan: undefined,
    wanted: 'all',
    observe: observe.student,
  });
  const teacher = new Map(
    teacherValues(observe.teacher, distillation.teacher.dimensions).map(({ name, axes }) => [
      name,
      g.input(`teacher.${name}`, 'float32', axes),
    ]),
  );
  const teacherValue = (name: string): Value => teacher.get(name) as Value;
  const loss =
    distillation.method === 'intermediate'
      ? intermediateLoss(pass, distillation, observed, teacherValue)
      : relationsLoss(pass, distillation, observed.projections[0] as ProjectionsOf<Value>, teacherValue);
  return end(loss, embedded);
};
