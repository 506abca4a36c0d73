import type { EncoderInput } from '@length-adaptive/core/encoder';
import type { Gradient } from '@length-adaptive/core/training';

/** Distinct numbers, ascending. */
const distinct = (values: Iterable<number>): Int32Array => Int32Array.from(new Set(values)).sort();

/**
 * Gradient of a table by rows from the gradient of the sum of embeddings.
 *
 * @param gradient [B, T, width], padding included
 * @param rowOf the row of the table that a token was looked up in
 */
export const tableGradient = (
  gradient: Float32Array,
  inputs: readonly EncoderInput[],
  width: number,
  rowOf: (input: EncoderInput, token: number) => number,
): Required<Gradient> => {
  const length = Math.max(...inputs.map(({ ids }) => ids.length));
  const rows = distinct(inputs.flatMap((input) => Array.from(input.ids, (_, token) => rowOf(input, token))));
  const slot = new Map(Array.from(rows, (row, i) => [row, i * width]));
  const values = new Float32Array(rows.length * width);
  inputs.forEach((input, b) => {
    for (let token = 0; token < input.ids.length; token++) {
      const to = slot.get(rowOf(input, token)) as number;
      const from = (b * length + token) * width;
      for (let j = 0; j < width; j++) values[to + j] = (values[to + j] as number) + (gradient[from + j] as number);
    }
  });
  return { rows, values };
};

/** A gradient by rows as one of the whole table. */
export const wholeTable = ({ rows, values }: Required<Gradient>, tableRows: number, width: number): Gradient => {
  const whole = new Float32Array(tableRows * width);
  (rows as Int32Array).forEach((row, i) => whole.set(values.subarray(i * width, (i + 1) * width), row * width));
  return { values: whole };
};
