import * as tf from '@tensorflow/tfjs';
import type { DataType, TensorInfo } from '@tensorflow/tfjs';
import { CoreError } from '../errors.js';

/** The part of TensorFlow.js' wasm backend that kernels of our own reach for. */
export interface WasmBackend {
  readonly wasm: {
    readonly tfjs: {
      registerTensor(id: number, size: number, memoryOffset: number): void;
      disposeData(id: number): void;
    };
    cwrap(name: string, result: null, parameters: readonly string[]): (...values: unknown[]) => void;
  };
  readonly dataIdMap: { get(dataId: object): { readonly memoryOffset: number; readonly id: number } };
  makeOutput(shape: readonly number[], dtype: DataType): TensorInfo;
  typedArrayFromHeap(info: TensorInfo): Float32Array | Int32Array;
  incRef(dataId: object): void;
  disposeData(dataId: object): boolean;
}

/** What a kernel is called with. */
export interface KernelCall {
  readonly inputs: Readonly<Record<string, TensorInfo | undefined>>;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly backend: WasmBackend;
}

export type Kernel = (call: KernelCall) => TensorInfo;

const backendName = 'wasm';

/** The kernel that the wasm backend has under a name. */
export const stockKernel = (kernelName: string): Kernel => {
  const kernel = tf.getKernel(kernelName, backendName) as { kernelFunc: unknown } | undefined;
  if (!kernel) {
    throw new CoreError(
      'BACKEND_UNAVAILABLE',
      `The wasm backend has no kernel "${kernelName}"; is @tensorflow/tfjs-backend-wasm 4.22.0 installed?`,
    );
  }
  return kernel.kernelFunc as Kernel;
};

/** Puts a kernel in place of the stock one (or beside none), keeping the stock set-up. */
export const replaceKernel = (kernelName: string, kernel: Kernel, setup?: (backend: WasmBackend) => void): void => {
  const stock = tf.getKernel(kernelName, backendName) as { setupFunc?: (backend: unknown) => void } | undefined;
  if (stock) tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: kernel as never,
    setupFunc: (backend: unknown) => {
      stock?.setupFunc?.(backend);
      setup?.(backend as WasmBackend);
    },
  });
  const running = runningBackend();
  if (running) setup?.(running);
};

/** The wasm backend if it has started. `tf.findBackend` will not do: it starts one. */
export const runningBackend = (): WasmBackend | undefined =>
  (tf.engine() as unknown as { registry: Readonly<Record<string, WasmBackend | undefined>> }).registry[backendName];

export const sizeOf = (shape: readonly number[]): number =>
  shape.reduce((product, dimension) => product * dimension, 1);
