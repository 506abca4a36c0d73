import type { TensorInfo } from '@tensorflow/tfjs';
import type { Kernel, WasmBackend } from './backend.js';
import { replaceKernel, sizeOf, stockKernel } from './backend.js';

/** Ids for views into the heap, far from those the backend hands out. */
const viewIds = { a: 2_000_000_001, b: 2_000_000_002, out: 2_000_000_003 } as const;

const shapeBytes = (shape: readonly number[]): Uint8Array => new Uint8Array(new Int32Array(shape).buffer);

/**
 * Matrix products that always reach XNNPACK.
 *
 * The stock kernel sends only unbatched, untransposed products there; every other one, and so all of attention and all
 * of the backward pass, goes to a scalar loop that is ten times slower. This one transposes first where it must and
 * hands XNNPACK one matrix of the batch after the other, as views into the heap, without copying.
 */
export const installBatchMatMul = (): void => {
  const stock = stockKernel('BatchMatMul');
  const transposeKernel = stockKernel('Transpose');
  let multiply: (...values: unknown[]) => void = () => undefined;

  const transposed = (x: TensorInfo, backend: WasmBackend): TensorInfo => {
    const perm = x.shape.map((_, axis) => axis);
    perm.push(...perm.splice(-2).reverse());
    return transposeKernel({ inputs: { x }, backend, attrs: { perm } });
  };

  const kernel: Kernel = ({ inputs, attrs, backend }) => {
    let a = inputs['a'] as TensorInfo;
    let b = inputs['b'] as TensorInfo;
    const temporary: TensorInfo[] = [];
    if (attrs['transposeA'] === true) temporary.push((a = transposed(a, backend)));
    if (attrs['transposeB'] === true) temporary.push((b = transposed(b, backend)));

    const batch = sizeOf(a.shape.slice(0, -2));
    const unbatched = batch === 1 && sizeOf(b.shape.slice(0, -2)) === 1;
    const broadcasts = batch !== sizeOf(b.shape.slice(0, -2));
    const out =
      unbatched || broadcasts || batch === 0
        ? stock({ inputs: { a, b }, backend, attrs: { transposeA: false, transposeB: false } })
        : multiplyEach(multiply, a, b, batch, backend);
    for (const { dataId } of temporary) backend.disposeData(dataId);
    return out;
  };

  replaceKernel('BatchMatMul', kernel, (backend) => {
    multiply = backend.wasm.cwrap('BatchMatMul', null, [
      'number', 'array', 'number', // a: id, shape, rank
      'number', 'array', 'number', // b
      'number', 'number', 'number', // transposeA, transposeB, out
    ]); // prettier-ignore
  });
};

/** [.., M, K] x [.., K, N] -> [.., M, N], one product a batch entry. */
const multiplyEach = (
  multiply: (...values: unknown[]) => void,
  a: TensorInfo,
  b: TensorInfo,
  batch: number,
  backend: WasmBackend,
): TensorInfo => {
  const [m = 0, k = 0] = a.shape.slice(-2);
  const n = b.shape.at(-1) ?? 0;
  const out = backend.makeOutput([...a.shape.slice(0, -1), n], 'float32');
  const start = ({ dataId }: TensorInfo): number => backend.dataIdMap.get(dataId).memoryOffset;
  const [aStart, bStart, outStart] = [start(a), start(b), start(out)];
  const aShape = shapeBytes([1, m, k]);
  const bShape = shapeBytes([1, k, n]);
  const { tfjs } = backend.wasm;
  const bytes = Float32Array.BYTES_PER_ELEMENT;

  for (let i = 0; i < batch; i++) {
    tfjs.registerTensor(viewIds.a, m * k, aStart + bytes * i * m * k);
    tfjs.registerTensor(viewIds.b, k * n, bStart + bytes * i * k * n);
    tfjs.registerTensor(viewIds.out, m * n, outStart + bytes * i * m * n);
    multiply(viewIds.a, aShape, 3, viewIds.b, bShape, 3, 0, 0, viewIds.out);
    tfjs.disposeData(viewIds.a);
    tfjs.disposeData(viewIds.b);
    tfjs.disposeData(viewIds.out);
  }
  return out;
};
