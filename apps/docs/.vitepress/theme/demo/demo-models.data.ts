import { statSync } from 'node:fs';
import path from 'node:path';
import { demoModels } from './demo-models.js';

/** Bytes of the weights of each model that the site serves. */
export type ModelSizes = Readonly<Record<string, number>>;

declare const data: ModelSizes;
export { data };

// eslint-disable-next-line no-restricted-syntax -- VitePress reads the default export
export default {
  load: (): ModelSizes => {
    const folder = path.resolve(import.meta.dirname, '../../../public/models');
    const sizes = demoModels.map(
      ({ id }) => [id, statSync(path.join(folder, id, 'model.safetensors'), { throwIfNoEntry: false })?.size] as const,
    );
    return Object.fromEntries(sizes.flatMap(([id, size]) => (size === undefined ? [] : [[id, size]])));
  },
};
