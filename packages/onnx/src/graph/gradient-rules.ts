import type { GraphBuilder, Value } from './graph-builder.js';
import { microsoft } from './graph-builder.js';
import type { GraphNode } from './protos.js';

/** What a rule may use. */
export interface RuleContext {
  readonly g: GraphBuilder;
  readonly node: GraphNode;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** Gradient of the operator's first result. */
  readonly dy: Value;
  /** Whether the gradient of an input is wanted. */
  wants(input: number): boolean;
  /** Shape of a parameter; undefined for every other value. */
  parameterShape(value: Value): readonly number[] | undefined;
}

/** Gives the gradients of an operator's inputs, undefined for those that are not wanted or have none. */
export type GradientRule = (context: RuleContext) => readonly (Value | undefined)[];

const fusedMatMul = (g: GraphBuilder, a: Value, b: Value, { transA = 0, transB = 0 }): Value =>
  g.ops('FusedMatMul', [a, b], 1, {
    attributes: { transA, transB, alpha: { float: 1 } },
    domain: microsoft,
  })[0] as Value;

const sumLast = (g: GraphBuilder, x: Value): Value => g.op('ReduceSum', [x, g.int64([-1])], { keepdims: 1 });

const meanLast = (g: GraphBuilder, x: Value): Value => g.op('ReduceMean', [x], { axes: [-1], keepdims: 1 });

/** [.., columns] -> [N, columns] */
const asRows = (g: GraphBuilder, x: Value, columns: number): Value => g.op('Reshape', [x, g.int64([-1, columns])]);

/** Sum over all but the last axis: the gradient of a vector that was added to every row. */
const sumRows = (g: GraphBuilder, x: Value, columns: number): Value =>
  g.op('ReduceSum', [asRows(g, x, columns), g.int64([0])], { keepdims: 0 });

/** An operand has the shape of the result, or is a vector (a parameter) that was broadcast over its rows. */
const unbroadcast = ({ g, parameterShape }: RuleContext, operand: Value, gradient: Value): Value => {
  const shape = parameterShape(operand);
  return shape?.length === 1 ? sumRows(g, gradient, shape[0] as number) : gradient;
};

/** Derivatives of x/2 (1 + erf(x / sqrt 2)): the normal distribution and x times its density. */
const geluSlope = (g: GraphBuilder, x: Value): Value => {
  const u = g.op('Mul', [x, g.float(Math.SQRT1_2)]);
  const cumulative = g.op('Add', [g.op('Mul', [g.op('Erf', [u]), g.float(0.5)]), g.float(0.5)]);
  const density = g.op('Exp', [g.op('Mul', [u, g.op('Mul', [u, g.float(-1)])])]); // Neg is several times slower than Mul in ONNX Runtime
  return g.op('Add', [cumulative, g.op('Mul', [g.op('Mul', [u, density]), g.float(1 / Math.sqrt(Math.PI))])]);
};

/**
 * How every operator that training uses passes gradients back. `Identity` has no rule on purpose: nothing flows back
 * through it, which is how a graph says that a value is a constant.
 */
export const gradientRules: Readonly<Record<string, GradientRule>> = {
  Add: (context) =>
    context.inputs.map((operand, i) => (context.wants(i) ? unbroadcast(context, operand, context.dy) : undefined)),

  Sub: (context) => {
    const { g, inputs, dy, wants } = context;
    const [a, b] = inputs as readonly [Value, Value];
    return [
      wants(0) ? unbroadcast(context, a, dy) : undefined,
      wants(1) ? unbroadcast(context, b, g.op('Neg', [dy])) : undefined,
    ];
  },

  Mul: (context) => {
    const { g, inputs, dy, wants } = context;
    const [a, b] = inputs as readonly [Value, Value];
    return [
      wants(0) ? unbroadcast(context, a, g.op('Mul', [dy, b])) : undefined,
      wants(1) ? unbroadcast(context, b, g.op('Mul', [dy, a])) : undefined,
    ];
  },

  /** Of values of one shape. */
  Div: ({ g, inputs: [, b], outputs: [y], dy, wants }) => {
    const share = g.op('Div', [dy, b as Value]);
    return [wants(0) ? share : undefined, wants(1) ? g.op('Neg', [g.op('Mul', [share, y as Value])]) : undefined];
  },

  Exp: ({ g, outputs, dy }) => [g.op('Mul', [dy, outputs[0] as Value])],

  Tanh: ({ g, outputs: [y], dy }) => [
    g.op('Mul', [dy, g.op('Sub', [g.float(1), g.op('Mul', [y as Value, y as Value])])]),
  ],

  Sigmoid: ({ g, outputs: [y], dy }) => [
    g.op('Mul', [dy, g.op('Mul', [y as Value, g.op('Sub', [g.float(1), y as Value])])]),
  ],

  Relu: ({ g, inputs: [x], dy }) => [g.op('Where', [g.op('Greater', [x as Value, g.float(0)]), dy, g.float(0)])],

  Gelu: ({ g, inputs: [x], dy }) => [g.op('Mul', [dy, geluSlope(g, x as Value)])],

  /** Of images by 3 x 3 with zeros around. */
  Conv: ({ g, inputs, dy, wants }) => {
    const [x, kernel] = inputs as readonly [Value, Value];
    const around = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
    const swapped = (value: Value): Value => g.op('Transpose', [value], { perm: [1, 0, 2, 3] });
    // What a kernel did to an image is found where the image passes over what came of it.
    const slope = (): Value => swapped(g.op('Conv', [swapped(x), swapped(dy)], { pads: around.pads }));
    return [
      wants(0) ? g.op('ConvTranspose', [dy, kernel], around) : undefined,
      wants(1) ? slope() : undefined,
      wants(2) ? g.op('ReduceSum', [dy, g.int64([0, 2, 3])], { keepdims: 0 }) : undefined,
    ];
  },

  /** The mean of every 2 x 2. */
  AveragePool: ({ g, inputs: [x], dy }) => {
    const apart = g.op('Unsqueeze', [g.op('Mul', [dy, g.float(0.25)]), g.int64([3, 5])]);
    const each = g.op('Expand', [apart, g.int64([1, 1, 1, 2, 1, 2])]);
    return [g.op('Reshape', [each, g.op('Shape', [x as Value])])];
  },

  ReduceSum: ({ g, inputs: [x], dy }) => [g.op('Expand', [dy, g.op('Shape', [x as Value])]), undefined],

  MatMul: ({ g, inputs, dy, wants, parameterShape }) => {
    const [a, b] = inputs as readonly [Value, Value];
    const shape = parameterShape(b);
    const kernel = (): Value =>
      shape
        ? g.op('Gemm', [asRows(g, a, shape[0] as number), asRows(g, dy, shape[1] as number)], { transA: 1 })
        : fusedMatMul(g, a, dy, { transA: 1 });
    return [wants(0) ? fusedMatMul(g, dy, b, { transB: 1 }) : undefined, wants(1) ? kernel() : undefined];
  },

  /** a times b transposed, the only form that is used forwards. */
  FusedMatMul: ({ g, inputs: [a, b], dy }) => [
    g.op('MatMul', [dy, b as Value]),
    fusedMatMul(g, dy, a as Value, { transA: 1 }),
  ],

  Reshape: ({ g, inputs: [x], dy }) => [g.op('Reshape', [dy, g.op('Shape', [x as Value])]), undefined],

  Squeeze: ({ g, inputs: [x], dy }) => [g.op('Reshape', [dy, g.op('Shape', [x as Value])]), undefined],

  Transpose: ({ g, node, dy }) => {
    const perm = node.attributes['perm'] as readonly number[];
    return [g.op('Transpose', [dy], { perm: perm.map((_, axis) => perm.indexOf(axis)) })];
  },

  /** The first slots of axis 1: the others get zeros. */
  Slice: ({ g, inputs: [x], dy }) => {
    const after = g.op('Sub', [g.op('Shape', [x as Value]), g.op('Shape', [dy])]);
    return [g.op('Pad', [dy, g.op('Concat', [g.op('Mul', [after, g.int64([0])]), after], { axis: 0 }), g.float(0)])];
  },

  /** Of values beside each other, or of the last of those that stand one after the other: what stands before it is a table, whose gradient is taken elsewhere. */
  Concat: ({ g, node, inputs, dy, wants }) => {
    const last = inputs.length - 1;
    if (inputs.some((_, i) => i < last && wants(i))) {
      const axis = node.attributes['axis'] as number;
      let start = g.int64([0]);
      return inputs.map((x, i) => {
        const size = g.op('Slice', [g.op('Shape', [x]), g.int64([axis]), g.int64([axis + 1]), g.int64([0])]);
        const from = start;
        start = g.op('Add', [from, size]);
        return wants(i) ? g.op('Slice', [dy, from, start, g.int64([axis])]) : undefined;
      });
    }
    const before = g.op('Sub', [g.op('Shape', [dy]), g.op('Shape', [inputs[last] as Value])]);
    return inputs.map((_, i) => (i === last ? g.op('Slice', [dy, before, g.op('Shape', [dy])]) : undefined));
  },

  /** Padded at the end of its axes. */
  Pad: ({ g, inputs: [x], dy }) => {
    const shape = g.op('Shape', [x as Value]);
    return [g.op('Slice', [dy, g.op('Mul', [shape, g.int64([0])]), shape])];
  },

  Softmax: ({ g, outputs: [y], dy }) => {
    const weighted = g.op('Mul', [dy, y as Value]);
    return [g.op('Sub', [weighted, g.op('Mul', [y as Value, sumLast(g, weighted)])])];
  },

  /** Rows divided by their lengths. */
  LpNormalization: ({ g, inputs: [x], outputs: [y], dy }) => {
    const length = g.op('Sqrt', [sumLast(g, g.op('Mul', [x as Value, x as Value]))]);
    const along = g.op('Mul', [y as Value, sumLast(g, g.op('Mul', [dy, y as Value]))]);
    return [g.op('Div', [g.op('Sub', [dy, along]), length])];
  },

  LogSoftmax: ({ g, outputs: [y], dy }) => [
    g.op('Sub', [dy, g.op('Mul', [g.op('Exp', [y as Value]), sumLast(g, dy)])]),
  ],

  LayerNormalization: ({ g, inputs, outputs, dy, wants, parameterShape }) => {
    const [x, gain] = inputs as readonly [Value, Value];
    const [, mean, inverse] = outputs as readonly [Value, Value, Value];
    const width = parameterShape(gain)?.[0] as number;
    const normal = g.op('Mul', [g.op('Sub', [x, mean]), inverse]);
    const input = (): Value => {
      const scaled = g.op('Mul', [dy, gain]);
      const centred = g.op('Sub', [scaled, meanLast(g, scaled)]);
      return g.op('Mul', [
        inverse,
        g.op('Sub', [centred, g.op('Mul', [normal, meanLast(g, g.op('Mul', [scaled, normal]))])]),
      ]);
    };
    return [
      wants(0) ? input() : undefined,
      wants(1) ? sumRows(g, g.op('Mul', [dy, normal]), width) : undefined,
      wants(2) ? sumRows(g, dy, width) : undefined,
    ];
  },

  /** Rows of a table (axis 0): each gets the sum of what was given to it. */
  Gather: ({ g, inputs, dy }) => {
    const [table, rows] = inputs as readonly [Value, Value];
    const zeros = g.op('Expand', [g.float(0), g.op('Shape', [table])]);
    const places = g.op('Unsqueeze', [rows, g.int64([-1])]);
    return [g.ops('ScatterND', [zeros, places, dy], 1, { attributes: { reduction: 'add' } })[0], undefined];
  },

  /** Numbers of the last axis, any of them several times or never. */
  GatherElements: ({ g, node, inputs, dy }) => {
    const [x, places] = inputs as readonly [Value, Value];
    const zeros = g.op('Expand', [g.float(0), g.op('Shape', [x])]);
    const attributes = { axis: node.attributes['axis'] as number, reduction: 'add' };
    return [g.op('ScatterElements', [zeros, places, dy], attributes), undefined];
  },

  /** Rows put in the place of others; where several go to one place, nothing may depend on it. */
  ScatterND: ({ g, inputs, dy, wants }) => {
    const [, places, updates] = inputs as readonly [Value, Value, Value];
    const nothing = (): Value => g.op('Expand', [g.float(0), g.op('Shape', [updates])]);
    return [
      wants(0) ? g.op('ScatterND', [dy, places, nothing()]) : undefined,
      undefined,
      wants(2) ? g.op('GatherND', [dy, places]) : undefined,
    ];
  },

  /** Tokens taken from the slots of their row (`batch_dims` 1): the gradient goes back to those slots, the others get zeros. */
  GatherND: ({ g, inputs, dy }) => {
    const [x, slots] = inputs as readonly [Value, Value]; // [B, T, hidden], [B, K, 1]
    const [rows, width, size] = [0, 1, 2].map((axis) => g.op('Gather', [g.op('Shape', [x]), g.int64([axis])])) as [
      Value,
      Value,
      Value,
    ];
    const count = g.op('Mul', [rows, width]);
    const scalar = (value: Value): Value => g.op('Squeeze', [value]);
    const starts = g.op('Unsqueeze', [g.op('Range', [g.int64(0), scalar(count), scalar(width)]), g.int64([1, 2])]); // [B, 1, 1]
    const flat = g.op('Reshape', [g.op('Add', [slots, starts]), g.int64([-1, 1])]);
    const zeros = g.op('Expand', [g.float(0), g.op('Concat', [count, size], { axis: 0 })]);
    const given = g.op('Reshape', [dy, g.op('Concat', [g.int64([-1]), size], { axis: 0 })]);
    return [g.op('Reshape', [g.op('ScatterND', [zeros, flat, given]), g.op('Shape', [x])]), undefined];
  },
};
