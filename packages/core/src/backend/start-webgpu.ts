import * as tf from '@tensorflow/tfjs';

/** The part of WebGPU that is looked at. */
interface Adapter {
  readonly isFallbackAdapter?: boolean;
  readonly info?: { readonly vendor?: string; readonly architecture?: string; readonly isFallbackAdapter?: boolean };
}

interface Gpu {
  requestAdapter(options?: { readonly powerPreference?: string }): Promise<Adapter | null>;
}

/** Adapters that compute on the processor. */
const software = /swiftshader|llvmpipe|lavapipe|software/i;

const findAdapter = async (): Promise<Adapter> => {
  const { gpu } = ((globalThis as { navigator?: unknown }).navigator ?? {}) as { readonly gpu?: Gpu };
  if (!gpu) throw new Error('there is no navigator.gpu here (an old browser, a page without https, or Node)');
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new Error('no adapter was given: the graphics card or its driver is not supported');
  return adapter;
};

/**
 * Makes WebGPU the backend.
 *
 * @param last whether nothing is left to try after it: then a software adapter will do
 * @returns what it computes on
 * @throws Error that says why it cannot be
 */
export const startWebGpu = async ({ last }: { readonly last: boolean }): Promise<string> => {
  const { isFallbackAdapter, info = {} } = await findAdapter();
  const name = [info.vendor, info.architecture].filter(Boolean).join(' ') || 'an adapter without a name';
  if (!last && (isFallbackAdapter || info.isFallbackAdapter || software.test(name)))
    throw new Error(`its only adapter is software (${name})`);
  await import('@tensorflow/tfjs-backend-webgpu');
  const { installWebGpuKernels } = await import('../webgpu/index.js');
  installWebGpuKernels();
  if (!(await tf.setBackend('webgpu'))) throw new Error(`TensorFlow.js could not start on its adapter (${name})`);
  return `the graphics processor (${name})`;
};
