import { headSpecs } from '../architectures/head-specs.js';
import { architectureOf } from '../architectures/registry.js';
import { namesInFile, tensorNames } from '../architectures/tensor-names-of.js';
import type { ModelDirectory } from '../folder/model-directory.js';
import { taskOf, taskOfFamily } from '../tasks/task-config.js';

/**
 * Checks that everything a model needs of its weights could be read, for who writes them without running the model.
 *
 * @throws ModelError what the file said of the tensor that cannot be read; `ARCHITECTURE_UNKNOWN`, `CONFIG_INVALID`
 */
export const checkReadable = ({ config, unread }: Pick<ModelDirectory, 'config' | 'unread'>): void => {
  if (unread === undefined) return;
  const architecture = architectureOf(config);
  const { readout } = taskOfFamily(taskOf(config), architecture, config);
  const dimensions = architecture.dimensions(config, readout);
  const needed = tensorNames([architecture.encoder(dimensions), headSpecs(architecture, dimensions, readout)]);
  for (const name of needed.flatMap((own) => namesInFile(own, architecture))) {
    const problem = unread.get(name)?.error;
    if (problem) throw problem;
  }
};
