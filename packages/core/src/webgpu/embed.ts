import type { TensorInfo } from '@tensorflow/tfjs';
import type { Kernel } from './program.js';
import { attribute, runProgram } from './program.js';
import { normCode, reductions, rowThreads } from './reductions.js';

/** The sum of a token's rows of the tables, normalised. A token a workgroup. */
export const embed: Kernel = ({ inputs, attrs, backend }) => {
  const { tokens, word, position, types } = inputs as Record<'tokens' | 'word', TensorInfo> &
    Partial<Record<'position' | 'types', TensorInfo>>;
  const rows = tokens.shape[1] ?? 0;
  const summed = [
    'word[tokens[own] * size + i]',
    ...(position ? ['position[(uniforms.firstPosition + own % uniforms.width) * size + i]'] : []),
    ...(types ? ['types[tokens[rows + own] * size + i]'] : []),
  ].join(' + ');
  return runProgram(backend, {
    name: `embed${position ? '_position' : ''}${types ? '_types' : ''}`,
    inputs,
    shape: [rows, word.shape[1] ?? 0],
    dtype: 'float32',
    workgroups: rows,
    threads: rowThreads,
    uniforms: {
      rows,
      size: word.shape[1] ?? 0,
      width: attribute(attrs, 'width'),
      firstPosition: attribute(attrs, 'firstPosition'),
      epsilon: attribute(attrs, 'epsilon'),
    },
    fractions: ['epsilon'],
    shapeless: true,
    code: `
      ${reductions}
      fn main(index : i32) {
        let rows = uniforms.rows;
        let size = uniforms.size;
        let row = index / ${rowThreads};
        let own = min(row, rows - 1);
        let lane = i32(localId.x);

        ${normCode(summed)}
      }
    `,
  });
};
