import type { TensorInfo } from '@tensorflow/tfjs';
import { widestChoice } from '../own-kernels.js';
import { chooseCode } from './choose-code.js';
import type { Kernel } from './program.js';
import { attribute, runProgram } from './program.js';

/** Rows of a workgroup, and numbers of each that it reads at once. */
const tileRows = 8;
const chunk = 128;
/** Threads that share the sum of a row. */
const lanes = 16;

const list = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/**
 * The norm of x W + b + residual, whole rows a workgroup; of every row, or of those tokens that received the most attention. Which these are
 * each workgroup finds out for itself: that takes less than another kernel would take to start.
 */
export const denseNorm: Kernel = ({ inputs, attrs, backend }) => {
  const { kernel } = inputs as Record<'kernel', TensorInfo>;
  const chooses = 'counts' in inputs;
  const biased = 'bias' in inputs;
  const columns = (kernel.shape[1] ?? 0) / 4;
  /** Each thread has one vector of four columns, of all rows or of half of them. */
  const shares = columns <= 128 ? 2 : 1;
  const threads = columns * shares;
  const own = list(tileRows / shares);
  const quads = list(own.length / 4);
  const rows = attribute(attrs, 'rows');
  const width = attribute(attrs, 'width');
  const tiles = Math.ceil(width / tileRows);
  const choice = chooses
    ? Object.fromEntries(
        ['before', 'real', 'kept', 'pieces', 'behind', 'protectedTokens'].map((name) => [name, attribute(attrs, name)]),
      )
    : {};
  const perRow = (line: (row: number) => string): string => own.map(line).join('\n');
  return runProgram(backend, {
    name: `denseNorm_${columns}${biased ? '_bias' : ''}${chooses ? '_choice' : ''}`,
    inputs,
    shape: [rows * width, columns * 4],
    dtype: 'float32',
    workgroups: rows * tiles,
    threads,
    uniforms: {
      inner: attribute(attrs, 'inner'),
      rows,
      width,
      tiles,
      epsilon: attribute(attrs, 'epsilon'),
      ...choice,
    },
    fractions: ['epsilon'],
    vectors: { kernel: 4, bias: 4, residual: 4, gain: 4, shift: 4, result: 4 },
    shapeless: true,
    code: `
      // Of each row, the slot that its token comes from.
      var<workgroup> sources : array<i32, ${tileRows}>;
      // Four rows a vector: rows 0 to 3, then 4 to 7.
      var<workgroup> given : array<vec4<f32>, ${(chunk * tileRows) / 4}>;
      var<workgroup> parts : array<f32, ${tileRows * columns}>;
      var<workgroup> laneSums : array<f32, ${tileRows * lanes}>;
      var<workgroup> means : array<f32, ${tileRows}>;
      ${
        chooses
          ? `
      var<workgroup> scores : array<f32, ${widestChoice}>;
      fn scoreAt(slot : i32) -> f32 { return scores[slot]; }
      ${chooseCode(widestChoice, threads)}`
          : ''
      }

      fn main(index : i32) {
        let group = index / ${threads};
        let inside = group < uniforms.rows * uniforms.tiles;
        let lane = i32(localId.x);
        let row = min(group / uniforms.tiles, uniforms.rows - 1);
        let first = (group % uniforms.tiles) * ${tileRows};
        let column = lane % ${columns};
        let share = lane / ${columns};
        ${
          chooses
            ? `
        let real = counts[uniforms.real * uniforms.rows + row];
        let count = counts[uniforms.kept * uniforms.rows + row];
        for (var slot = lane; slot < uniforms.before; slot = slot + ${threads}) {
          var received = 0.0;
          for (var piece = row * uniforms.pieces; piece < (row + 1) * uniforms.pieces; piece = piece + 1) {
            received = received + x[uniforms.behind + piece * uniforms.before + slot];
          }
          scores[slot] = select(-1.0, ranked(received), slot < real);
        }
        workgroupBarrier();
        choose(lane, uniforms.before, count, uniforms.protectedTokens);
        for (var slot = lane; slot < uniforms.before; slot = slot + ${threads}) {
          let place = placeOf(slot, count) - first;
          if (place >= 0 && place < ${tileRows}) { sources[place] = row * uniforms.before + slot; }
        }`
            : `
        for (var at = lane; at < ${tileRows}; at = at + ${threads}) { sources[at] = row * uniforms.width + min(first + at, uniforms.width - 1); }`
        }
        workgroupBarrier();

        ${perRow((at) => `var sum${at} = vec4<f32>(0.0);`)}
        for (var start = 0; start < uniforms.inner; start = start + ${chunk}) {
          let there = min(${chunk}, uniforms.inner - start);
          for (var slot = lane; slot < ${2 * chunk}; slot = slot + ${threads}) {
            let at = start + slot % ${chunk};
            let base = (slot / ${chunk}) * 4;
            if (at < uniforms.inner) {
              given[(slot % ${chunk}) * 2 + slot / ${chunk}] = vec4<f32>(
                ${list(4)
                  .map((i) => `x[sources[base + ${i}] * uniforms.inner + at]`)
                  .join(', ')});
            }
          }
          workgroupBarrier();
          for (var at = 0; at < there; at = at + 4) {
            ${list(4)
              .map(
                (i) => `
            let weight${i} = kernel[(start + at + ${i}) * ${columns} + column];
            ${quads
              .map(
                (quad) => `let x${i}${quad} = given[(at + ${i}) * 2 + ${shares === 2 ? 'share' : quad}];
            ${list(4)
              .map((part) => `sum${4 * quad + part} = sum${4 * quad + part} + x${i}${quad}[${part}] * weight${i};`)
              .join(' ')}`,
              )
              .join('\n')}`,
              )
              .join('')}
          }
          workgroupBarrier();
        }

        let own = share * ${own.length};
        ${perRow((at) => `sum${at} = sum${at} + residual[sources[own + ${at}] * ${columns} + column]${biased ? ' + bias[column]' : ''};`)}
        // First the mean, which is taken away, then the variance.
        for (var moment = 1; moment <= 2; moment = moment + 1) {
          ${perRow((at) => `parts[(own + ${at}) * ${columns} + column] = dot(sum${at}, select(sum${at}, vec4<f32>(1.0), moment == 1));`)}
          workgroupBarrier();
          for (var cell = lane; cell < ${tileRows * lanes}; cell = cell + ${threads}) {
            var sum = 0.0;
            for (var c = cell % ${lanes}; c < ${columns}; c = c + ${lanes}) { sum = sum + parts[(cell / ${lanes}) * ${columns} + c]; }
            laneSums[cell] = sum;
          }
          workgroupBarrier();
          for (var at = lane; at < ${tileRows}; at = at + ${threads}) {
            var sum = 0.0;
            for (var i = 0; i < ${lanes}; i = i + 1) { sum = sum + laneSums[at * ${lanes} + i]; }
            means[at] = sum / ${columns * 4}.0;
          }
          workgroupBarrier();
          if (moment == 1) {
            ${perRow((at) => `sum${at} = sum${at} - means[own + ${at}];`)}
          }
        }
        ${perRow(
          (at) => `
        if (inside && first + own + ${at} < uniforms.width) {
          result[(row * uniforms.width + first + own + ${at}) * ${columns} + column] =
            sum${at} * inverseSqrt(means[own + ${at}] + uniforms.epsilon) * gain[column] + shift[column];
        }`,
        )}
      }
    `,
  });
};
