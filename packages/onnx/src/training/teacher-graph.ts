import type { Observe } from '@length-adaptive/core/encoder';
import { attentionWidth } from '@length-adaptive/core/lengths';
import type { Dimensions } from '@length-adaptive/models/engine';
import type { ObservedValues } from '../encoder/encoder-graph.js';
import { logitAxes, runHead, wantedStates } from '@length-adaptive/models/engine';
import { encoderGraph } from '../encoder/encoder-graph.js';
import { headOnGraph } from '../encoder/head-on-graph.js';
import { emitterOf } from '../encoder/precision.js';
import type { HostModel } from '../export-graph.js';
import { encoderInputs, opset } from '../export-graph.js';
import type { Dimension } from '../graph/protos.js';
import type { Value } from '../graph/graph-builder.js';
import { createGraph } from '../graph/graph-builder.js';

/** A value that a teacher gives and its student reads, with its axes; on the side of the student it is called `teacher.NAME`. */
export interface TeacherValue {
  readonly name: string;
  readonly axes: readonly Dimension[];
}

const projectionNames = ['query', 'key', 'value'] as const;

/** What a teacher gives for what is observed of it, in the order of `ObservedValues`. */
export const teacherValues = (
  { states = [], attention = [], projections = [] }: Observe,
  of: Pick<Dimensions, 'hiddenSize' | 'bottleneck' | 'heads'>,
): TeacherValue[] => [
  ...states.map((_, i) => ({ name: `state.${i}`, axes: ['batch', 'sequence', of.hiddenSize] })),
  ...attention.map((_, i) => ({ name: `attention.${i}`, axes: ['batch', of.heads, 'sequence', 'sequence'] })),
  ...projections.flatMap((_, i) =>
    projectionNames.map((kind) => ({ name: `${kind}.${i}`, axes: ['batch', 'sequence', attentionWidth(of)] })),
  ),
];

/** Observed values in the order of `teacherValues`. */
const inOrder = ({ states, attention, projections }: ObservedValues): Value[] => [
  ...states,
  ...attention,
  ...projections.flatMap(({ query, key, value }) => [query, key, value]),
];

/** The deepest layer that is observed, from 0; -1 where nothing but the embeddings is. */
const deepest = ({ states = [], attention = [], projections = [] }: Observe): number =>
  Math.max(-1, ...states.map((depth) => depth - 1), ...attention, ...projections);

/** A teacher as a graph whose outputs are what is observed of it; its weights are constants, and layers beyond do not run. */
export const observedTeacherGraph = ({ dimensions, encoder }: HostModel, observe: Observe): Uint8Array => {
  const g = createGraph();
  const inputs = encoderInputs(g, dimensions);
  const layers = encoder.blocks.map((_, layer) => layer).slice(0, deepest(observe) + 1);
  const { observed } = encoderGraph(g, { weights: encoder, emit: emitterOf('fp32') }, inputs, dimensions.hiddenSize, {
    plan: undefined,
    wanted: 'all',
    layers,
    observe,
  });
  const values = inOrder(observed);
  teacherValues(observe, dimensions).forEach(({ name, axes }, i) =>
    g.output(name, values[i] as Value, 'float32', axes),
  );
  return g.model({ opset });
};

/** A teacher as a graph whose output is its logits at full length, [B, outputs] or [B, T, outputs]. */
export const answeringTeacherGraph = (
  { dimensions, encoder }: HostModel,
  { weights, activation, task }: NonNullable<HostModel['head']>,
): Uint8Array => {
  const g = createGraph();
  const emit = emitterOf('fp32');
  const inputs = encoderInputs(g, dimensions);
  const { hidden } = encoderGraph(g, { weights: encoder, emit }, inputs, dimensions.hiddenSize, {
    plan: undefined,
    wanted: wantedStates(task.readout),
  });
  g.output(
    'logits',
    runHead(headOnGraph(g, emit, { mask: inputs.mask }), { states: hidden }, weights, {
      activation,
      readout: task.readout,
      epsilon: dimensions.layerNormEpsilon,
    }),
    'float32',
    logitAxes(task.readout),
  );
  return g.model({ opset });
};
