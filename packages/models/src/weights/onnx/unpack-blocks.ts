import type { Constant, FindConstant } from './constants.js';
import type { GraphNode } from './graph.js';

/** Integers of a few bits, packed into bytes from the lowest bits on: one after the other. */
const bitsAt = (bytes: ArrayLike<number>, row: number, i: number, bits: number): number => {
  const perByte = 8 / bits;
  return ((bytes[row + Math.floor(i / perByte)] as number) >> (bits * (i % perByte))) & (2 ** bits - 1);
};

/**
 * The matrix of a product with integers of 2, 4 or 8 bits in blocks (`MatMulNBits`), [out, in]: each block of a row has a scale and a zero of its own.
 *
 * @returns undefined where its inputs are no constants, or its columns are told their groups one by one (`g_idx`)
 */
export const unpackBlocks = ({ attributes, inputs }: GraphNode, find: FindConstant): Constant | undefined => {
  const [packed, scales, zeros] = [find(inputs[1]), find(inputs[2]), find(inputs[3])];
  const [columns, rows, bits, blockSize] = ['K', 'N', 'bits', 'block_size'].map((name) => attributes.get(name));
  if (!packed || !scales || typeof columns !== 'number' || typeof rows !== 'number' || typeof blockSize !== 'number')
    return undefined;
  const width = typeof bits === 'number' ? bits : 4;
  if (![2, 4, 8].includes(width)) return undefined;
  if (inputs[4] !== undefined && inputs[4] !== '') return undefined;
  const blocks = Math.ceil(columns / blockSize);
  return {
    ...packed,
    shape: [rows, columns],
    isFloat: true,
    read: () => {
      const [bytes, steps, offsets] = [packed.read(), scales.read(), zeros?.read()];
      const [rowBytes, zeroBytes] = [(blocks * blockSize * width) / 8, Math.ceil((blocks * width) / 8)];
      const zeroAt = (row: number, block: number): number => {
        if (!offsets) return 2 ** (width - 1);
        return zeros?.isFloat === true
          ? (offsets[row * blocks + block] as number)
          : bitsAt(offsets, row * zeroBytes, block, width);
      };
      const out = new Float32Array(rows * columns);
      for (let row = 0; row < rows; row += 1)
        for (let block = 0; block < blocks; block += 1) {
          const [step, zero] = [steps[row * blocks + block] as number, zeroAt(row, block)];
          const end = Math.min(columns, (block + 1) * blockSize);
          for (let i = block * blockSize; i < end; i += 1)
            out[row * columns + i] = (bitsAt(bytes, row * rowBytes, i, width) - zero) * step;
        }
      return out;
    },
  };
};
