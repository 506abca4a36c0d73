import * as tf from '@tensorflow/tfjs';

/** `tf.tidy` for results of any plain type: tensors anywhere inside the result survive, all others made by `f` are disposed of. */
export const tidy = <T>(f: () => T): T => tf.tidy(f as () => tf.TensorContainer) as T;
