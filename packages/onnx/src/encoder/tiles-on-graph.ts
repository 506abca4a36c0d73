/** Attention among tokens that stand side by side, as operators of a graph. */
import type { TileOps } from '@length-adaptive/core/encoder';
import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { elementTypeNumber } from '../graph/protos.js';
import type { EncoderInputs, GraphEngine, GraphTokens } from './graph-engine.js';
import { segmentsOnGraph } from './numbers-on-graph.js';
import type { WeightEmitter } from './precision.js';

const float = elementTypeNumber('float32');

interface TilesOnGraphOptions<Leaf> {
  readonly emit: WeightEmitter<Leaf>;
  readonly inputs: EncoderInputs;
  readonly training: boolean;
  /** Leading tokens that always stay. */
  readonly protectedTokens: number;
}

export const tilesOnGraph = <Leaf>(
  g: GraphBuilder,
  { emit, inputs, training, protectedTokens }: TilesOnGraphOptions<Leaf>,
): TileOps<GraphEngine<Leaf>> => {
  const constant = (x: Value): Value => (training ? g.op('Identity', [x]) : x);
  const asFloat = (x: Value): Value => g.op('Cast', [x], { to: float });
  const both = (x: Value, y: Value): Value => g.op('Mul', [x, y]);
  const positionsOf = ({ positions }: GraphTokens): Value => positions as Value;
  const lengthOf = (x: Value, axis: number): Value =>
    g.op('Slice', [g.op('Shape', [x]), g.int64([axis]), g.int64([axis + 1]), g.int64([0])]); // [1]
  /** How many blocks there are: [1] int64 */
  const blockCount = (size: number): Value =>
    g.op('Div', [g.op('Add', [lengthOf(inputs.ids, 1), g.int64([size - 1])]), g.int64([size])]);
  /** The slots that hold the tokens of these many places of the input, -1 where there is none: [B, places] int64 */
  const slotsAt = (tokens: GraphTokens, places: Value): Value => {
    const { valid } = tokens;
    const own = g.op('Where', [g.op('Greater', [valid, g.float(0)]), positionsOf(tokens), places]); // [B, K]
    const every = g.op('Range', [g.int64(0), g.op('Squeeze', [lengthOf(valid, 1)]), g.int64(1)]);
    const nobody = g.op('Expand', [
      g.int64(-1),
      g.op('Concat', [lengthOf(valid, 0), g.op('Add', [places, g.int64([1])])], { axis: 0 }),
    ]); // with one place more for slots without a token
    const slots = g.op('ScatterElements', [nobody, own, g.op('Expand', [every, g.op('Shape', [valid])])], { axis: 1 });
    return g.op('Slice', [slots, g.int64([0]), places, g.int64([1])]);
  };
  return {
    diagonal: (probabilities, tokens, { size, heads }) => {
      const { valid } = tokens;
      const width = lengthOf(valid, 1);
      const slots = slotsAt(tokens, g.op('Mul', [blockCount(size), g.int64([size])]));
      const there = asFloat(g.op('Greater', [slots, g.int64(-1)]));
      const queries = (x: Value): Value => g.op('Reshape', [x, g.int64([0, -1, 1, size, 1])]);
      const keys = (x: Value): Value => g.op('Reshape', [x, g.int64([0, -1, 1, 1, size])]);
      const known = g.op('Max', [slots, g.int64(0)]);
      const head = g.op('Mul', [
        g.op('Reshape', [g.int64(Array.from({ length: heads }, (_, i) => i)), g.int64([1, 1, -1, 1, 1])]),
        both(width, width),
      ]);
      const at = g.op('Add', [g.op('Add', [both(queries(known), width), keys(known)]), head]); // [B, blocks, heads, size, size]
      const taken = g.op(
        'GatherElements',
        [g.op('Reshape', [probabilities, g.int64([0, -1])]), g.op('Reshape', [at, g.int64([0, -1])])],
        { axis: 1 },
      );
      const count = g.op('Reshape', [
        g.op('ReduceSum', [valid, g.int64([1])], { keepdims: 1 }),
        g.int64([-1, 1, 1, 1, 1]),
      ]);
      const scale = both(both(queries(there), keys(there)), count); // [B, blocks, 1, size, size]
      const relative = both(g.op('Reshape', [taken, g.op('Shape', [at])]), scale);
      const seen = g.op('Log', [g.op('Add', [relative, g.float(1)])]);
      return constant(g.op('Reshape', [seen, g.int64([-1, heads, size, size])]));
    },
    convolve: (x, { kernel, bias }) => {
      const channels = lengthOf(x, 1);
      const around = g.op('Reshape', [
        emit.whole(g, kernel),
        g.op('Concat', [g.int64([3, 3]), channels, g.int64([-1])], { axis: 0 }),
      ]);
      const own = g.op('Transpose', [around], { perm: [3, 2, 0, 1] }); // [outputs, channels, 3, 3]
      const weights = bias === undefined ? [own] : [own, emit.whole(g, bias)];
      return g.op('Relu', [g.op('Conv', [x, ...weights], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] })]);
    },
    halve: (x) => g.op('AveragePool', [x], { kernel_shape: [2, 2], strides: [2, 2] }),
    rows: (x) => {
      const rows = g.op('Reshape', [x, g.int64([0, -1])]); // [B * blocks, numbers]
      return g.op('Reshape', [
        rows,
        g.op('Concat', [lengthOf(inputs.ids, 0), g.int64([-1]), lengthOf(rows, 1)], { axis: 0 }),
      ]);
    },
    spread: (x, tokens, size) =>
      g.op('GatherElements', [x, g.op('Div', [positionsOf(tokens), g.int64(size)])], { axis: 1 }),
    frame: (tokens) => {
      const segments = segmentsOnGraph(g, inputs, protectedTokens);
      const last = g.op('ReduceMax', [segments], { axes: [1], keepdims: 1 });
      const frame = asFloat(g.op('Less', [segments, last]));
      return both(g.op('GatherElements', [frame, positionsOf(tokens)], { axis: 1 }), tokens.valid);
    },
  };
};
