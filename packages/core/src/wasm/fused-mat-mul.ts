import type { TensorInfo } from '@tensorflow/tfjs';
import { replaceKernel, sizeOf, stockKernel } from './backend.js';

/** Kernels behind the activations that the fused product knows by name. */
const activationKernels: Readonly<Record<string, { readonly kernel: string; readonly input: string }>> = {
  relu: { kernel: 'Relu', input: 'x' },
  relu6: { kernel: 'Relu6', input: 'x' },
  sigmoid: { kernel: 'Sigmoid', input: 'x' },
  elu: { kernel: 'Elu', input: 'x' },
  leakyrelu: { kernel: 'LeakyRelu', input: 'x' },
  prelu: { kernel: 'Prelu', input: 'x' },
};

/**
 * `tf.fused.matMul` with right results.
 *
 * The stock kernel is right (and fast) for one untransposed product; with a transpose or a batch it adds the bias once a
 * block of the inner dimension and clamps partial sums. Those cases are composed here from product, sum and activation.
 */
export const installFusedMatMul = (): void => {
  const stock = stockKernel('_FusedMatMul');
  const matMul = stockKernel('BatchMatMul');

  replaceKernel('_FusedMatMul', (call) => {
    const { inputs, attrs, backend } = call;
    const {
      a,
      b,
      bias,
      preluActivationWeights: alpha,
    } = inputs as Record<'a' | 'b', TensorInfo> & Partial<Record<'bias' | 'preluActivationWeights', TensorInfo>>;
    const plain = attrs['transposeA'] !== true && attrs['transposeB'] !== true;
    if (plain && sizeOf(a.shape.slice(0, -2)) === 1 && sizeOf(b.shape.slice(0, -2)) === 1) return stock(call);

    const then = (before: TensorInfo, kernel: string, more: Record<string, TensorInfo>, input = 'a'): TensorInfo => {
      const after = stockKernel(kernel)({
        inputs: { [input]: before, ...more },
        backend,
        attrs: { alpha: attrs['leakyreluAlpha'] },
      });
      if (after.dataId !== before.dataId) backend.disposeData(before.dataId);
      return after;
    };
    const product = matMul({ inputs: { a, b }, backend, attrs });
    const sum = bias ? then(product, 'Add', { b: bias }) : product;
    const activation = activationKernels[attrs['activation'] as string];
    return activation ? then(sum, activation.kernel, alpha ? { alpha } : {}, activation.input) : sum;
  });
};
