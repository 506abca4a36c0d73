import * as tf from '@tensorflow/tfjs';

/** Runs something with the operations of TensorFlow.js alone: without our kernels for WebGPU, which are registered again afterwards. */
export const withoutOwnKernels = async <T>(run: () => Promise<T>): Promise<T> => {
  const own = tf.getKernelsForBackend('webgpu').filter(({ kernelName }) => kernelName.startsWith('LengthAdaptive.'));
  for (const { kernelName } of own) tf.unregisterKernel(kernelName, 'webgpu');
  try {
    return await run();
  } finally {
    for (const kernel of own) tf.registerKernel(kernel);
  }
};
