/** Rows and columns of a block: two of them fit into the first cache. */
const block = 32;

/** A matrix with its rows as columns: [rows, columns] -> [columns, rows]. Block by block, so that neither side is read or written across the memory. */
export const transpose = (matrix: ArrayLike<number>, rows: number, columns: number): Float32Array => {
  const result = new Float32Array(rows * columns);
  for (let top = 0; top < rows; top += block) {
    const bottom = Math.min(rows, top + block);
    for (let left = 0; left < columns; left += block) {
      const right = Math.min(columns, left + block);
      for (let row = top; row < bottom; row++) {
        for (
          let column = left, from = row * columns + left, to = left * rows + row;
          column < right;
          column++, from++, to += rows
        )
          result[to] = matrix[from] as number;
      }
    }
  }
  return result;
};
