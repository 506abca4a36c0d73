import type { TensorInfo } from '@tensorflow/tfjs';
import { kernelActivations } from '../own-kernels.js';
import { activeCode } from './activations.js';
import type { Kernel } from './program.js';
import { attribute, runProgram } from './program.js';

/** A workgroup computes 32 rows by 8 vectors of 4 numbers; a thread 4 rows of one vector. */
const tile = { rows: 32, vectors: 8, perThread: 4 };
const threads = 64;

const perThread = (line: (row: number) => string): string =>
  Array.from({ length: tile.perThread }, (_, row) => line(row)).join('\n');

/** x W + b of one map or of several that read the same x, and what is activated of it. */
export const dense: Kernel = ({ inputs, attrs, backend }) => {
  const { x, kernel0 } = inputs as Record<'x' | 'kernel0', TensorInfo>;
  const names = Object.keys(inputs);
  const maps = names.filter((name) => name.startsWith('kernel')).length;
  const biased = names.includes('bias0');
  const kind = kernelActivations[attribute(attrs, 'activation')] ?? 'none';
  const [rows = 0, size = 0] = x.shape;
  const outer = (kernel0.shape[1] ?? 0) / 4;
  const columns = Math.ceil((maps * outer) / tile.vectors);
  const cases = (value: (map: number) => string): string =>
    Array.from({ length: maps - 1 }, (_, map) => `if (map == ${map}) { return ${value(map)}; }`).join(' ') +
    ` return ${value(maps - 1)};`;
  return runProgram(backend, {
    name: `dense_${maps}_${biased ? 'bias' : 'plain'}_${kind}`,
    inputs,
    shape: [maps * rows, outer * 4],
    dtype: 'float32',
    workgroups: Math.ceil(rows / tile.rows) * columns,
    threads,
    uniforms: { rows, inner: size / 4, outer, columns },
    vectors: { ...Object.fromEntries(names.map((name) => [name, 4])), result: 4 },
    shapeless: true,
    code: `
      ${activeCode(kind)}
      var<workgroup> given : array<vec4<f32>, ${tile.rows * 8}>;
      var<workgroup> weights : array<vec4<f32>, ${32 * tile.vectors}>;

      fn weightAt(map : i32, at : i32) -> vec4<f32> { ${cases((map) => `kernel${map}[at]`)} }
      fn biasAt(map : i32, at : i32) -> vec4<f32> { ${biased ? cases((map) => `bias${map}[at]`) : 'return vec4<f32>(0.0);'} }

      fn main(index : i32) {
        let group = index / ${threads};
        let thread = i32(localId.x);
        let first = (group / uniforms.columns) * ${tile.rows};
        let column = (group % uniforms.columns) * ${tile.vectors} + thread % ${tile.vectors};
        let map = column / uniforms.outer;
        let own = column % uniforms.outer;
        let inside = map < ${maps};
        ${perThread((row) => `var sum${row} = vec4<f32>(0.0);`)}

        for (var start = 0; start < uniforms.inner; start = start + 8) {
          for (var slot = thread; slot < ${tile.rows * 8}; slot = slot + ${threads}) {
            let row = first + slot / 8;
            let at = start + slot % 8;
            given[slot] = vec4<f32>(0.0);
            if (row < uniforms.rows && at < uniforms.inner) { given[slot] = x[row * uniforms.inner + at]; }
          }
          for (var slot = thread; slot < ${32 * tile.vectors}; slot = slot + ${threads}) {
            let at = start * 4 + slot / ${tile.vectors};
            weights[slot] = vec4<f32>(0.0);
            if (inside && at < uniforms.inner * 4) { weights[slot] = weightAt(map, at * uniforms.outer + own); }
          }
          workgroupBarrier();
          for (var at = 0; at < 8; at = at + 1) {
            let base = at * ${4 * tile.vectors} + thread % ${tile.vectors};
            let w0 = weights[base];
            let w1 = weights[base + ${tile.vectors}];
            let w2 = weights[base + ${2 * tile.vectors}];
            let w3 = weights[base + ${3 * tile.vectors}];
            ${perThread(
              (row) => `
            let x${row} = given[((thread / ${tile.vectors}) * ${tile.perThread} + ${row}) * 8 + at];
            sum${row} = sum${row} + x${row}.x * w0 + x${row}.y * w1 + x${row}.z * w2 + x${row}.w * w3;`,
            )}
          }
          workgroupBarrier();
        }
        if (inside) {
          let bias = biasAt(map, own);
          let row = first + (thread / ${tile.vectors}) * ${tile.perThread};
          ${perThread(
            (at) =>
              `if (row + ${at} < uniforms.rows) { result[(map * uniforms.rows + row + ${at}) * uniforms.outer + own] = activated(sum${at} + bias); }`,
          )}
        }
      }
    `,
  });
};
