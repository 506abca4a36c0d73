import { ModelError } from '../errors.js';

/** The name a tensor has today: layer norms saved from TensorFlow call their weight `gamma` and their bias `beta`. */
export const modernTensorName = (name: string): string =>
  name.replace(/\.gamma$/, '.weight').replace(/\.beta$/, '.bias');

/**
 * The same tensors under the names they have today.
 *
 * @throws ModelError `FILE_INVALID` when a tensor is there under its old and its new name
 */
export const withModernNames = <T>(tensors: ReadonlyMap<string, T>): Map<string, T> => {
  const renamed = new Map<string, T>();
  for (const [name, tensor] of tensors) {
    const modern = modernTensorName(name);
    if (renamed.has(modern))
      throw new ModelError('FILE_INVALID', `The weights hold ${modern} twice, under its old and its new name.`);
    renamed.set(modern, tensor);
  }
  return renamed;
};
