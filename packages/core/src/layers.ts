import { CoreError } from './errors.js';

/**
 * The layers that run of a model of `depth`, checked.
 *
 * @throws CoreError `OPTION_INVALID`
 */
export const checkLayers = (layers: readonly number[], depth: number): readonly number[] => {
  const ascending = layers.every(
    (layer, i) => Number.isInteger(layer) && layer > (layers[i - 1] ?? -1) && layer < depth,
  );
  if (!ascending) {
    throw new CoreError(
      'OPTION_INVALID',
      `layers is [${layers.join(', ')}]; expected ascending layer numbers in 0..${depth - 1}.`,
    );
  }
  return layers;
};
