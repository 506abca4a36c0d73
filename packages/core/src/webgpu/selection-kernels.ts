import type { TensorInfo } from '@tensorflow/tfjs';
import { ownKernel, widestRow } from '../own-kernels.js';
import { chooseCode } from './choose-code.js';
import type { Kernel } from './program.js';
import { attribute, runElements, runProgram } from './program.js';

/** Threads that share one row of `keepOrder`. */
const rowThreads = 256;

/** A row a workgroup: every slot counts those ahead of it; what is kept is remembered as a bit a slot. */
const keepOrder: Kernel = ({ inputs, attrs, backend }) => {
  const { scores, counts } = inputs as Record<'scores' | 'counts', TensorInfo>;
  return runProgram(backend, {
    name: 'keepOrder',
    inputs: { scores, counts },
    shape: scores.shape,
    dtype: 'int32',
    workgroups: scores.shape[0] ?? 0,
    threads: rowThreads,
    uniforms: { protectedTokens: attribute(attrs, 'protectedTokens'), list: attribute(attrs, 'list') },
    code: `
      var<private> start : i32;
      fn scoreAt(slot : i32) -> f32 { return ranked(scores[start + slot]); }
      ${chooseCode(widestRow, rowThreads)}

      fn main(index : i32) {
        let rows = uniforms.outShape[0];
        let width = uniforms.outShape[1];
        let row = min(index / ${rowThreads}, rows - 1);
        start = row * width;
        let count = counts[uniforms.list * rows + row];

        choose(i32(localId.x), width, count, uniforms.protectedTokens);
        for (var slot = i32(localId.x); slot < width; slot = slot + ${rowThreads}) {
          let place = placeOf(slot, count);
          if (index / ${rowThreads} < rows && place < width) { result[start + place] = slot; }
        }
      }
    `,
  });
};

/** A slot a thread. */
const flatSlots: Kernel = ({ inputs, attrs, backend }) => {
  const { order } = inputs as Record<'order', TensorInfo>;
  const [rows = 0, width = 0] = order.shape;
  const first = attribute(attrs, 'from');
  const size = attribute(attrs, 'to') - first;
  return runElements(backend, {
    name: 'flatSlots',
    inputs: { order },
    shape: [rows * size],
    dtype: 'int32',
    uniforms: { first, width, size },
    code: `
      let start = (index / uniforms.size) * uniforms.width;
      result[index] = start + order[start + uniforms.first + index % uniforms.size];
    `,
  });
};

/** A wanted number a thread. */
const firstSlots: Kernel = ({ inputs, attrs, backend }) => {
  const { values } = inputs as Record<'values', TensorInfo>;
  const [rows = 0, size = 0] = values.shape;
  const width = attribute(attrs, 'width');
  return runElements(backend, {
    name: 'firstSlots',
    inputs: { values },
    shape: [rows * width],
    dtype: 'int32',
    uniforms: { width, size, rowStep: attribute(attrs, 'rowStep'), missing: attribute(attrs, 'missing') },
    code: `
      let row = index / uniforms.width;
      let start = row * uniforms.size;
      let wanted = index % uniforms.width + row * uniforms.rowStep;
      var slot = 0;
      while (slot < uniforms.size && values[start + slot] != wanted) { slot = slot + 1; }
      let otherwise = select(uniforms.missing, start, uniforms.missing < 0);
      result[index] = select(otherwise, start + slot, slot < uniforms.size);
    `,
  });
};

/** How tokens are chosen and moved, a kernel a step where TensorFlow.js needs a dozen or more. */
export const selectionKernels: Readonly<Record<string, Kernel>> = {
  [ownKernel.keepOrder]: keepOrder,
  [ownKernel.flatSlots]: flatSlots,
  [ownKernel.firstSlots]: firstSlots,
};
