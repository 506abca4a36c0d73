import { createHash } from 'node:crypto';
import type { TaskModel } from '@length-adaptive/models';

/** SHA-256 over the weights that a model holds in memory, in the order of its parameters, in hexadecimal digits. */
export const parametersDigest = async (model: TaskModel): Promise<string> => {
  const hash = createHash('sha256');
  for (const { spec, variable } of model.parameters) {
    hash.update(spec.name);
    hash.update((await variable.data()) as Float32Array);
  }
  return hash.digest('hex');
};
