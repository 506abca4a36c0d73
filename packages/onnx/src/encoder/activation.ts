import type { Activation } from '@length-adaptive/core/encoder';
import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { microsoft } from '../graph/graph-builder.js';

/** x/2 (1 + erf(x / sqrt 2)), in operators that runtimes know to fuse. */
const gelu = (g: GraphBuilder, x: Value, training: boolean): Value => {
  if (training) return g.ops('Gelu', [x], 1, { domain: microsoft })[0] as Value; // one operator, one gradient rule
  const cumulative = g.op('Add', [g.op('Erf', [g.op('Div', [x, g.float(Math.SQRT2)])]), g.float(1)]);
  return g.op('Mul', [g.op('Mul', [x, cumulative]), g.float(0.5)]);
};

/** x/2 (1 + tanh(sqrt(2 / pi) x (1 + 0.044715 x^2))) */
const tanhGelu = (g: GraphBuilder, x: Value): Value => {
  const bend = g.op('Add', [g.op('Mul', [g.op('Mul', [x, x]), g.float(0.044715)]), g.float(1)]);
  const inner = g.op('Mul', [g.op('Mul', [x, g.float(Math.sqrt(2 / Math.PI))]), bend]);
  return g.op('Mul', [g.op('Mul', [x, g.float(0.5)]), g.op('Add', [g.op('Tanh', [inner]), g.float(1)])]);
};

const functions: Readonly<Record<Activation, (g: GraphBuilder, x: Value, training: boolean) => Value>> = {
  gelu,
  gelu_new: tanhGelu,
  relu: (g, x) => g.op('Relu', [x]),
  tanh: (g, x) => g.op('Tanh', [x]),
  silu: (g, x) => g.op('Mul', [x, g.op('Sigmoid', [x])]),
  quick_gelu: (g, x) => g.op('Mul', [x, g.op('Sigmoid', [g.op('Mul', [x, g.float(1.702)])])]),
};

/** Each number through an activation, the same as `activate` of the core package. In a graph to train with, of operators that have gradient rules. */
export const activate = (g: GraphBuilder, x: Value, kind: Activation, training: boolean): Value =>
  functions[kind](g, x, training);
