/** int8 numbers and what one step of each group is worth. */
export interface Quantized {
  readonly values: Int8Array;
  readonly scales: Float32Array;
}

/** Smallest step: below it single precision counts in steps of its own. A group of smaller numbers becomes zero. */
const smallestStep = 2 ** -126;

export interface QuantizeOptions {
  /** Columns of the matrix. */
  readonly columns: number;
  /** One scale a row, or one a column. */
  readonly groups: 'rows' | 'columns';
  /** What the largest magnitude of each group becomes. Default 127. */
  readonly largest?: number;
}

/** Symmetric quantisation of a matrix, group by group. One that holds NaN or infinities has no scale, so that whoever reads it is told (`NOT_FINITE`). */
export const quantize = (data: Float32Array, { columns, groups, largest = 127 }: QuantizeOptions): Quantized => {
  const rows = data.length / columns;
  const scales = new Float32Array(groups === 'rows' ? rows : columns);
  const [perRow, perColumn] = groups === 'rows' ? [1, 0] : [0, 1];
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, i++) {
      const group = row * perRow + column * perColumn;
      const magnitude = Math.abs(data[i] as number);
      if (magnitude > (scales[group] as number) || Number.isNaN(magnitude)) scales[group] = magnitude; // NaN stays: nothing is larger
    }
  }
  for (let group = 0; group < scales.length; group++) {
    const step = (scales[group] as number) / largest;
    scales[group] = step < smallestStep ? 1 : step; // an all-zero group stays zero
  }
  const values = new Int8Array(data.length);
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, i++) {
      values[i] = Math.round((data[i] as number) / (scales[row * perRow + column * perColumn] as number));
    }
  }
  return { values, scales };
};
