import type { Gradients, ParameterValues } from '@length-adaptive/core';

/** One factor a block of weights, by the block's name. */
export type Scales = Map<string, number>;

/** The weights with each block times its factor; a block without one as it is. */
export const scaleWeights = (weights: ParameterValues, scales: Scales): ParameterValues =>
  new Map(
    [...weights].map(([name, values]) => {
      const scaled = values.slice();
      const scale = scales.get(name) ?? 1;
      if (scale !== 1) for (let i = 0; i < scaled.length; i++) scaled[i] = (scaled[i] as number) * scale;
      return [name, scaled];
    }),
  );

/** Calls with every number of a gradient and where it stands in its block. */
const eachNumber = (
  { values, rows }: { readonly values: Float32Array; readonly rows?: Int32Array | undefined },
  visit: (value: number, at: number) => void,
): void => {
  if (!rows) {
    for (let i = 0; i < values.length; i++) visit(values[i] as number, i);
    return;
  }
  const width = values.length / rows.length;
  rows.forEach((row, r) => {
    for (let j = 0; j < width; j++) visit(values[r * width + j] as number, row * width + j);
  });
};

/** The slope of a loss by the factor of each block, from its gradient by the weights: the sum of gradient times weight as it was before it was scaled. */
export const slopesOf = (weights: ParameterValues, gradients: Gradients, scales: Scales): Scales => {
  const slopes: Scales = new Map();
  for (const [name, gradient] of gradients) {
    const values = weights.get(name);
    if (!values || !scales.has(name)) continue;
    let slope = 0;
    eachNumber(gradient, (value, at) => (slope += value * (values[at] as number)));
    slopes.set(name, slope);
  }
  return slopes;
};

/** What a gradient is measured by: the sum of absolute values, for Adam, whose steps are signs; or the Euclidean norm, for plain gradient descent. */
export type GradientNorm = 'sum' | 'euclidean';

/** The size of all gradients together. */
export const normOf = (gradients: Gradients, norm: GradientNorm): number => {
  let sum = 0;
  for (const gradient of gradients.values())
    eachNumber(gradient, (value) => (sum += norm === 'sum' ? Math.abs(value) : value * value));
  return norm === 'sum' ? sum : Math.sqrt(sum);
};

/** The slope of that size: the signs of a gradient, or the gradient at length 1. It is also the direction of a first step. */
export const directionOf = (gradients: Gradients, norm: GradientNorm): Gradients => {
  const length = norm === 'sum' ? 1 : Math.max(normOf(gradients, norm), 1e-30);
  return new Map(
    [...gradients].map(([name, { values, rows }]) => [
      name,
      { rows, values: values.map((value) => (norm === 'sum' ? Math.sign(value) : value / length)) },
    ]),
  );
};

/** Moves weights along a direction, in place. */
export const moveWeights = (weights: ParameterValues, direction: Gradients, by: number): ParameterValues => {
  for (const [name, gradient] of direction) {
    const values = weights.get(name);
    if (values) eachNumber(gradient, (value, at) => (values[at] = (values[at] as number) + by * value));
  }
  return weights;
};
