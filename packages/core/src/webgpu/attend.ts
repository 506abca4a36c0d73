import type { TensorInfo } from '@tensorflow/tfjs';
import { attendQueries, widestHead } from '../own-kernels.js';
import type { Kernel } from './program.js';
import { attribute, runProgram } from './program.js';

/** Keys that a workgroup looks at together: one a thread. */
const threads = 64;

/** Queries are looked at in vectors of four. */
const quads = Array.from({ length: attendQueries / 4 }, (_, quad) => quad);
const perQuad = (line: (quad: number) => string): string => quads.map(line).join('\n');
const ofQuad = (value: (query: number) => string, quad: number): string =>
  `vec4<f32>(${[0, 1, 2, 3].map((i) => value(4 * quad + i)).join(', ')})`;

/** How many numbers of a head are read as one vector. */
const vectorOf = (size: number): 1 | 2 | 4 => (size % 4 === 0 ? 4 : size % 2 === 0 ? 2 : 1);

/**
 * Softmax attention of a head, and how much of it each key receives, without the matrix of it: 16 queries a workgroup, 64 keys at a time.
 * Keys are gone through twice, first for the largest score and the sum of each query, then for what they weigh.
 */
export const attend: Kernel = ({ inputs, attrs, backend }) => {
  const { queries, counts } = inputs as Record<'queries' | 'counts', TensorInfo>;
  const heads = attribute(attrs, 'heads');
  const width = attribute(attrs, 'width');
  const queryWidth = attribute(attrs, 'queryWidth');
  const voters = attribute(attrs, 'voters');
  const rows = counts.shape[1] ?? 0;
  const hidden = queries.shape[1] ?? 0;
  const tiles = Math.ceil(queryWidth / attendQueries);
  const size = hidden / heads;
  const vector = vectorOf(size);
  const units = size / vector;
  const cells = attendQueries * units;
  const own = Array.from({ length: Math.ceil(cells / threads) }, (_, cell) => cell);
  const type = vector === 1 ? 'f32' : `vec${vector}<f32>`;
  const product = (x: string, y: string): string => (vector === 1 ? `${x} * ${y}` : `dot(${x}, ${y})`);
  const parts = vector === 1 ? [''] : ['.x', '.y', '.z', '.w'].slice(0, vector);
  /** The scores of a key, `score0` to `score3`. */
  const scores = `
    ${perQuad((quad) => `var score${quad} = vec4<f32>(0.0);`)}
    let base = (uniforms.keyRow + row * uniforms.width + key) * uniforms.hidden + head * ${units};
    for (var c = 0; c < ${units}; c = c + 1) {
      let its = keys[base + c];
      ${perQuad((quad) => `score${quad} = score${quad} + ${ofQuad((query) => product(`asked[${query * units} + c]`, 'its'), quad)};`)}
    }`;
  const votes = voters > 0;
  const contextSize = rows * queryWidth * hidden;
  return runProgram(backend, {
    name: `attend_${units}_${vector}${votes ? '_votes' : ''}`,
    inputs,
    shape: votes ? [contextSize + rows * heads * tiles * width] : [rows * queryWidth, hidden],
    dtype: 'float32',
    workgroups: rows * heads * tiles,
    threads,
    uniforms: {
      rows,
      heads,
      tiles,
      width,
      queryWidth,
      hidden: hidden / vector,
      keyRow: attribute(attrs, 'keyRow'),
      valueRow: attribute(attrs, 'valueRow'),
      list: attribute(attrs, 'list'),
      voters,
      contextSize,
      scale: attribute(attrs, 'scale'),
    },
    fractions: ['scale'],
    vectors: { queries: vector, keys: vector },
    shapeless: true,
    code: `
      var<workgroup> asked : array<${type}, ${cells}>;
      // The largest score and the sum of each thread for each query, then what each key weighs for each query.
      var<workgroup> numbers : array<f32, ${2 * threads * attendQueries}>;
      var<workgroup> largest : array<f32, ${threads}>;
      var<workgroup> sums : array<f32, ${threads}>;

      fn main(index : i32) {
        let group = index / ${threads};
        let inside = group < uniforms.rows * uniforms.heads * uniforms.tiles;
        let thread = i32(localId.x);
        let tile = group % uniforms.tiles;
        let head = (group / uniforms.tiles) % uniforms.heads;
        let row = min(group / (uniforms.tiles * uniforms.heads), uniforms.rows - 1);
        let first = tile * ${attendQueries};
        let count = counts[uniforms.list * uniforms.rows + row];

        for (var slot = thread; slot < ${cells}; slot = slot + ${threads}) {
          let query = min(first + slot / ${units}, uniforms.queryWidth - 1);
          asked[slot] = queries[(row * uniforms.queryWidth + query) * uniforms.hidden + head * ${units} + slot % ${units}] * uniforms.scale;
        }
        workgroupBarrier();

        ${perQuad((quad) => `var most${quad} = vec4<f32>(-3.4e38); var sum${quad} = vec4<f32>(0.0);`)}
        for (var key = thread; key < count; key = key + ${threads}) {
          ${scores}
          ${perQuad(
            (quad) => `
          let more${quad} = max(most${quad}, score${quad});
          sum${quad} = sum${quad} * exp(most${quad} - more${quad}) + exp(score${quad} - more${quad});
          most${quad} = more${quad};`,
          )}
        }
        ${perQuad((quad) =>
          [0, 1, 2, 3]
            .map(
              (i) => `
        numbers[thread * ${attendQueries} + ${4 * quad + i}] = most${quad}[${i}];
        numbers[${threads * attendQueries} + thread * ${attendQueries} + ${4 * quad + i}] = sum${quad}[${i}];`,
            )
            .join(''),
        )}
        workgroupBarrier();
        {
          let query = thread % ${attendQueries};
          let part = thread / ${attendQueries};
          var most = -3.4e38;
          var sum = 0.0;
          for (var other = part; other < ${threads}; other = other + ${threads / attendQueries}) {
            let its = numbers[other * ${attendQueries} + query];
            let more = max(most, its);
            sum = sum * exp(most - more) + numbers[${threads * attendQueries} + other * ${attendQueries} + query] * exp(its - more);
            most = more;
          }
          largest[thread] = most;
          sums[thread] = sum;
        }
        workgroupBarrier();
        if (thread < ${attendQueries}) {
          var most = largest[thread];
          for (var other = thread + ${attendQueries}; other < ${threads}; other = other + ${attendQueries}) { most = max(most, largest[other]); }
          var sum = 0.0;
          for (var other = thread; other < ${threads}; other = other + ${attendQueries}) { sum = sum + sums[other] * exp(largest[other] - most); }
          largest[thread] = most;
          sums[thread] = sum;
        }
        workgroupBarrier();
        ${perQuad(
          (quad) => `
        let top${quad} = ${ofQuad((query) => `largest[${query}]`, quad)};
        let all${quad} = ${ofQuad((query) => `sums[${query}]`, quad)};`,
        )}
        ${votes ? perQuad((quad) => `let votes${quad} = ${ofQuad((query) => `select(0.0, 1.0, first + ${query} < min(count, uniforms.voters))`, quad)};`) : ''}

        ${own
          .map(
            (cell) => `
        let cell${cell} = min(thread + ${cell * threads}, ${cells - 1});
        let place${cell} = (cell${cell} / ${units}) * ${threads};
        let column${cell} = cell${cell} % ${units};
        var mixed${cell} = ${type}(0.0);`,
          )
          .join('')}
        for (var start = 0; start < uniforms.width; start = start + ${threads}) {
          let key = start + thread;
          ${perQuad((quad) => `var weight${quad} = vec4<f32>(0.0);`)}
          if (key < count) {
            ${scores}
            ${perQuad((quad) => `weight${quad} = exp(score${quad} - top${quad}) / all${quad};`)}
          }
          ${
            votes
              ? `if (inside && key < uniforms.width) {
            result[uniforms.contextSize + ((row * uniforms.heads + head) * uniforms.tiles + tile) * uniforms.width + key] = ${quads.map((quad) => `dot(weight${quad}, votes${quad})`).join(' + ')};
          }`
              : ''
          }
          ${perQuad((quad) => [0, 1, 2, 3].map((i) => `numbers[${(4 * quad + i) * threads} + thread] = weight${quad}[${i}];`).join(' '))}
          workgroupBarrier();
          let there = min(${threads}, uniforms.width - start);
          for (var other = 0; other < there; other = other + 1) {
            let base = (uniforms.valueRow + row * uniforms.width + start + other) * uniforms.hidden + head * ${units};
            ${own
              .map((cell) =>
                threads % units === 0 && cell > 0
                  ? `mixed${cell} = mixed${cell} + numbers[place${cell} + other] * value0;`
                  : `let value${cell} = keys[base + column${cell}]; mixed${cell} = mixed${cell} + numbers[place${cell} + other] * value${cell};`,
              )
              .join('\n')}
          }
          workgroupBarrier();
        }
        ${own
          .map(
            (cell) => `
        {
          let query = first + (thread + ${cell * threads}) / ${units};
          if (inside && query < uniforms.queryWidth && thread + ${cell * threads} < ${cells}) {
            let at = ((row * uniforms.queryWidth + query) * uniforms.hidden + head * ${units} + column${cell}) * ${vector};
            ${parts.map((part, i) => `result[at + ${i}] = mixed${cell}${part};`).join(' ')}
          }
        }`,
          )
          .join('')}
      }
    `,
  });
};

/** Whether there is room for heads of this size. */
export const fitsAttend = (size: number): boolean => size <= widestHead;
