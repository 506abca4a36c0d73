import { CoreError } from '../errors.js';

/** The gradient of one parameter: all of it, or the rows of a table that are not zero. */
export interface Gradient {
  readonly values: Float32Array;
  /** Row numbers that `values` holds, ascending; absent when it holds the whole parameter. */
  readonly rows?: Int32Array | undefined;
}

/** Gradients by parameter name. */
export type Gradients = Map<string, Gradient>;

/** Adds a gradient to the sum of those of the same parameter. */
export const addGradient = (sums: Gradients, name: string, gradient: Gradient): void => {
  const sum = sums.get(name);
  if (!sum) {
    sums.set(name, gradient);
  } else if (sameRows(sum.rows, gradient.rows)) {
    const { values } = sum;
    for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) + (gradient.values[i] as number);
  } else {
    sums.set(name, mergeRows(sum, gradient));
  }
};

const sameRows = (a: Int32Array | undefined, b: Int32Array | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && a.length === b.length && a.every((row, i) => row === b[i]));

const mergeRows = (a: Gradient, b: Gradient): Gradient => {
  if (!a.rows || !b.rows)
    throw new CoreError('STATE_INVALID', 'A gradient came once whole and once by rows; expected one kind.');
  const rows = Int32Array.from(new Set([...a.rows, ...b.rows])).sort();
  const width = a.values.length / a.rows.length;
  const values = new Float32Array(rows.length * width);
  const slot = new Map(Array.from(rows, (row, i) => [row, i]));
  for (const part of [a, b]) {
    (part.rows as Int32Array).forEach((row, i) => {
      const to = (slot.get(row) as number) * width;
      for (let j = 0; j < width; j++)
        values[to + j] = (values[to + j] as number) + (part.values[i * width + j] as number);
    });
  }
  return { values, rows };
};

/** Joint Euclidean norm of all gradients. */
export const globalNorm = (gradients: Gradients): number => {
  let sum = 0;
  for (const { values } of gradients.values()) {
    for (let i = 0; i < values.length; i++) sum += (values[i] as number) ** 2;
  }
  return Math.sqrt(sum);
};
