import { OnnxError } from '../errors.js';
import { gradientRules } from './gradient-rules.js';
import type { GraphBuilder, Value } from './graph-builder.js';

export interface GradientsOptions {
  /** What to differentiate by: parameters with their shapes, which must be inputs of the graph. */
  readonly parameters: ReadonlyMap<Value, readonly number[]>;
  /** Other values to differentiate by; not by what they are made of. */
  readonly values?: readonly Value[];
  /** Values whose gradients are wanted on the way: what they are made of is differentiated by, too. */
  readonly through?: readonly Value[];
  /** Gradient of the loss, a scalar: the weight of the loss. */
  readonly seed: Value;
}

/**
 * Adds the backward pass of a scalar loss to a graph (reverse-mode differentiation over its operators).
 *
 * @returns the gradient of every parameter and value that the loss depends on, those on the way among them
 * @throws OnnxError `OPTION_INVALID` for an operator without a rule
 */
export const addGradients = (
  g: GraphBuilder,
  loss: Value,
  { parameters, values = [], through = [], seed }: GradientsOptions,
): Map<Value, Value> => {
  const leaves = new Set<string>([...parameters.keys(), ...values]);
  const forward = [...g.nodes]; // the backward pass adds operators of its own
  const dependent = new Set<string>([...leaves, ...through]);
  for (const { type, inputs, outputs } of forward) {
    if (type !== 'Identity' && inputs.some((input) => dependent.has(input)))
      for (const output of outputs) dependent.add(output);
  }

  const gradients = new Map<string, Value>([[loss, seed]]);
  for (const node of forward.reverse()) {
    const outputs = node.outputs as readonly Value[];
    const dy = gradients.get(outputs[0] as Value);
    if (dy === undefined || !node.inputs.some((input) => dependent.has(input))) continue;
    const rule = gradientRules[node.type];
    if (!rule) throw new OnnxError('OPTION_INVALID', `There is no gradient rule for the operator ${node.type}.`);
    const given = rule({
      g,
      node,
      inputs: node.inputs as readonly Value[],
      outputs,
      dy,
      wants: (input) => dependent.has(node.inputs[input] ?? ''),
      parameterShape: (value) => parameters.get(value),
    });
    node.inputs.forEach((input, i) => {
      const gradient = given[i];
      if (gradient === undefined || !dependent.has(input)) return;
      const sum = gradients.get(input);
      gradients.set(input, sum === undefined ? gradient : g.op('Add', [sum, gradient]));
    });
  }
  return new Map(
    [...leaves, ...through].flatMap((leaf) =>
      gradients.has(leaf) ? [[leaf as Value, gradients.get(leaf) as Value]] : [],
    ),
  );
};
