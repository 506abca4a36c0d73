import type { TensorInfo } from '@tensorflow/tfjs';
import { ownKernel } from '../own-kernels.js';
import { errorFunctionCode } from './activations.js';
import type { Kernel } from './program.js';
import { attribute, runElements, runProgram } from './program.js';
import { normCode, reductions, rowThreads as threads } from './reductions.js';

/** A row a workgroup. */
const addAndNorm: Kernel = ({ inputs, attrs, backend }) => {
  const { x, y, gain, bias } = inputs as Record<'x' | 'y' | 'gain' | 'bias', TensorInfo>;
  return runProgram(backend, {
    name: 'addAndNorm',
    inputs: { x, y, gain, bias },
    shape: x.shape,
    dtype: 'float32',
    workgroups: x.shape[0] ?? 0,
    threads,
    uniforms: { epsilon: attribute(attrs, 'epsilon') },
    fractions: ['epsilon'],
    code: `
      ${reductions}
      fn main(index : i32) {
        let rows = uniforms.outShape[0];
        let size = uniforms.outShape[1];
        let row = index / ${threads};
        let lane = i32(localId.x);
        let start = min(row, rows - 1) * size;

        ${normCode('x[start + i] + y[start + i]')}
      }
    `,
  });
};

/** An element a thread. */
const gelu: Kernel = ({ inputs, backend }) => {
  const { x } = inputs as Record<'x', TensorInfo>;
  return runElements(backend, {
    name: 'gelu',
    inputs: { x },
    shape: x.shape,
    dtype: 'float32',
    code: `
      let value = x[index];
      ${errorFunctionCode}
      result[index] = value * 0.5 * (sign(scaled) * (1.0 - tail) + 1.0);
    `,
  });
};

/** A query a workgroup. */
const attentionSoftmax: Kernel = ({ inputs, attrs, backend }) => {
  const { scores, counts } = inputs as Record<'scores' | 'counts', TensorInfo>;
  const [rows = 0, heads = 0, width = 0] = scores.shape;
  return runProgram(backend, {
    name: 'attentionSoftmax',
    inputs: { scores, counts },
    shape: scores.shape,
    dtype: 'float32',
    workgroups: rows * heads * width,
    threads,
    uniforms: { scale: attribute(attrs, 'scale'), list: attribute(attrs, 'list') },
    fractions: ['scale'],
    code: `
      ${reductions}
      fn main(index : i32) {
        let width = uniforms.outShape[3];
        let queries = uniforms.outShape[0] * uniforms.outShape[1] * uniforms.outShape[2];
        let query = index / ${threads};
        let own = min(query, queries - 1);
        let lane = i32(localId.x);
        let start = own * width;
        let count = counts[uniforms.list * uniforms.outShape[0] + own / (uniforms.outShape[1] * uniforms.outShape[2])];

        var largest = -3.4e38;
        for (var key = lane; key < count; key = key + ${threads}) { largest = max(largest, scores[start + key] * uniforms.scale); }
        largest = reduceMax(largest, lane);
        var sum = 0.0;
        for (var key = lane; key < count; key = key + ${threads}) { sum = sum + exp(scores[start + key] * uniforms.scale - largest); }
        sum = reduceSum(sum, lane);
        if (query < queries) {
          for (var key = lane; key < width; key = key + ${threads}) {
            result[start + key] = select(0.0, exp(scores[start + key] * uniforms.scale - largest) / sum, key < count);
          }
        }
      }
    `,
  });
};

/** Keys of a workgroup, and the threads that share one: neighbours read neighbours. */
const significanceKeys = 16;
const significanceLanes = 16;

const attentionSignificance: Kernel = ({ inputs, attrs, backend }) => {
  const { probabilities, counts } = inputs as Record<'probabilities' | 'counts', TensorInfo>;
  const [rows = 0, heads = 0, width = 0] = probabilities.shape;
  const groups = Math.ceil(width / significanceKeys);
  return runProgram(backend, {
    name: 'attentionSignificance',
    inputs: { probabilities, counts },
    shape: [rows, width],
    dtype: 'float32',
    workgroups: rows * groups,
    threads: significanceKeys * significanceLanes,
    uniforms: { heads, groups, list: attribute(attrs, 'list'), voters: attribute(attrs, 'voters') },
    code: `
      var<workgroup> sums : array<f32, ${significanceKeys * significanceLanes}>;

      fn main(index : i32) {
        let width = uniforms.outShape[1];
        let group = index / ${significanceKeys * significanceLanes};
        let row = min(group / uniforms.groups, uniforms.outShape[0] - 1);
        let thread = i32(localId.x);
        let key = (group % uniforms.groups) * ${significanceKeys} + thread % ${significanceKeys};
        let count = counts[uniforms.list * uniforms.outShape[0] + row];

        let voters = min(count, uniforms.voters);

        var sum = 0.0;
        if (key < count) {
          for (var vote = thread / ${significanceKeys}; vote < uniforms.heads * voters; vote = vote + ${significanceLanes}) {
            let query = (row * uniforms.heads + vote / voters) * width + vote % voters;
            sum = sum + probabilities[query * width + key];
          }
        }
        sums[thread] = sum;
        workgroupBarrier();
        if (thread < ${significanceKeys} && key < width && group / uniforms.groups < uniforms.outShape[0]) {
          var all = 0.0;
          for (var lane = 0; lane < ${significanceLanes}; lane = lane + 1) { all = all + sums[lane * ${significanceKeys} + thread]; }
          result[row * width + key] = select(-1.0, all, key < count);
        }
      }
    `,
  });
};

/** What one block of an encoder computes, one kernel where TensorFlow.js needs up to ten. */
export const blockKernels: Readonly<Record<string, Kernel>> = {
  [ownKernel.addAndNorm]: addAndNorm,
  [ownKernel.gelu]: gelu,
  [ownKernel.attentionSoftmax]: attentionSoftmax,
  [ownKernel.attentionSignificance]: attentionSignificance,
};
