/** What heads are made of, as operators of a graph. */
import type { DenseOps, HeadOps } from '@length-adaptive/core/encoder';
import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { activate } from './activation.js';
import type { GraphEngine, TrainingContext } from './graph-engine.js';
import type { WeightEmitter } from './precision.js';

/** A number a slot as often as a state is wide: [B, T] -> [B, T, size]; a product of matrices, which has a gradient. */
export const widen = (g: GraphBuilder, x: Value, size: number): Value =>
  g.op('MatMul', [g.op('Reshape', [x, g.int64([0, 0, 1])]), g.op('Expand', [g.float(1), g.int64([1, size])])]);

/** What the encoder is made of too. */
export const denseOnGraph = <Leaf>(
  g: GraphBuilder,
  emit: WeightEmitter<Leaf>,
  training?: TrainingContext,
): DenseOps<GraphEngine<Leaf>> => ({
  dense: (x, weights) => emit.dense(g, x, weights),
  activate: (x, kind) => activate(g, x, kind, training !== undefined),
  dropout: (x, place, kind) => (training ? training.dropout(g, x, place, kind) : x),
  norm: (x, { gain, bias, plain = false, epsilon: own }, { epsilon, residual }) => {
    const sum = residual === undefined ? x : g.op('Add', [x, residual]);
    if (plain) {
      const scaled = g.op('Mul', [sum, emit.whole(g, gain)]);
      return bias === undefined ? scaled : g.op('Add', [scaled, emit.whole(g, bias)]);
    }
    const weights = [emit.whole(g, gain), ...(bias === undefined ? [] : [emit.whole(g, bias)])];
    // The backward pass needs the mean and the inverse deviation too.
    return g.ops('LayerNormalization', [sum, ...weights], training ? 3 : 1, {
      attributes: { axis: -1, epsilon: { float: own ?? epsilon } },
    })[0] as Value;
  },
});

/** What a head needs of the graph that it stands in. */
export interface HeadOnGraphOptions {
  /** The mask of the inputs: [B, T] float32. */
  readonly mask: Value;
  readonly training?: TrainingContext | undefined;
  /** Whether gradients flow into who stays, of a pass that decides so. Default false. */
  readonly decided?: boolean | undefined;
}

/** What heads are made of that read the tokens of a batch. */
export const headOnGraph = <Leaf>(
  g: GraphBuilder,
  emit: WeightEmitter<Leaf>,
  { mask, training, decided = false }: HeadOnGraphOptions,
): HeadOps<GraphEngine<Leaf>> => ({
  ...denseOnGraph(g, emit, training),
  mean: (states, weights) => {
    const places = weights === 'equal' ? mask : g.op('Mul', [g.op('CumSum', [mask, g.int64(1)]), mask]);
    const shares = g.op('Div', [places, g.op('ReduceSum', [places, g.int64([1])], { keepdims: 1 })]); // [B, T]
    return g.op('Squeeze', [g.op('MatMul', [g.op('Unsqueeze', [shares, g.int64([1])]), states]), g.int64([1])]);
  },
  token: (states, index) => {
    const rows = g.op('Slice', [g.op('Shape', [states]), g.int64([0]), g.int64([1])]);
    const places = g.op('Expand', [g.int64(index), g.op('Concat', [rows, g.int64([1, 1])], { axis: 0 })]); // [B, 1, 1]
    return g.op('Squeeze', [g.op('GatherND', [states, places], { batch_dims: 1 }), g.int64([1])]);
  },
  add: (x, y) => g.op('Add', [x, y]),
  scale: (x, by) => g.op('Mul', [x, g.float(by)]),
  unit: (states) => g.op('LpNormalization', [states], { axis: -1, p: 2 }),
  answerFor: (outputs, stayed, answer) => {
    if (decided) {
      const stays = widen(g, stayed, answer.length); // [B, T, outputs]
      const left = g.op('Sub', [g.float(1), stays]);
      return g.op('Add', [g.op('Mul', [outputs, stays]), g.op('Mul', [left, g.floats(answer)])]);
    }
    const column = g.op('Unsqueeze', [stayed, g.int64([2])]); // [B, T, 1]
    const stays = training ? g.op('Identity', [column]) : column; // no gradient flows into who stays
    const left = g.op('Sub', [g.float(1), stays]);
    return g.op('Add', [g.op('Mul', [outputs, stays]), g.op('Mul', [left, g.floats(answer)])]);
  },
});
