import type { EncoderWeights, Reducer } from '@length-adaptive/core/encoder';
import { attentionReducer } from '@length-adaptive/core/encoder';
import type { Architecture, Dimensions, HeadWeights } from '../architectures/architecture.js';
import type { ModelConfig } from '../architectures/model-config.js';
import { headSpecs } from '../architectures/head-specs.js';
import type { SpecTree } from '../architectures/parameter-specs.js';
import { architectureOf } from '../architectures/registry.js';
import type { ModelPrior, PriorSettings } from '../priors/prior-settings.js';
import { resolvePrior } from '../priors/prior-settings.js';
import type { Task } from '../tasks/task.js';
import { configFor, taskOf } from '../tasks/task-config.js';

/** An encoder with its head: trees of what stands for a weight on some engine. */
export interface ModelWeightTrees {
  readonly encoder: EncoderWeights;
  readonly head: HeadWeights;
}

/** All that a model's configuration says of it, before any engine has its weights. */
export interface ModelDescription {
  /** As the model is saved with. */
  readonly config: ModelConfig;
  readonly architecture: Architecture;
  readonly dimensions: Dimensions;
  readonly task: Task;
  /** What ranks its tokens. */
  readonly reducer: Reducer;
  /** What is added to that in the first layers. Absent: nothing. */
  readonly prior: ModelPrior | undefined;
  /** Names and shapes of the weights in a checkpoint. */
  readonly specs: SpecTree<ModelWeightTrees>;
}

/** What a configuration does not say. */
export interface DescribeModelOptions {
  /** Default: what config.json says. */
  readonly task?: Task | undefined;
  /** What ranks its tokens. Default: attention. */
  readonly reducer?: Reducer | undefined;
  /** What is added to that in the first layers. Default: nothing. */
  readonly prior?: PriorSettings | undefined;
}

/**
 * @throws ModelError `ARCHITECTURE_UNKNOWN`, `CONFIG_INVALID`, `OPTION_INVALID` for a prior that does not fit
 */
export const describeModel = (
  config: ModelConfig,
  { task = taskOf(config), reducer = attentionReducer(), prior }: DescribeModelOptions = {},
): ModelDescription => {
  const architecture = architectureOf(config);
  const dimensions = architecture.dimensions(config);
  return {
    config: configFor(config, architecture, task),
    architecture,
    dimensions,
    task,
    reducer,
    prior: resolvePrior(prior, { task, layers: dimensions.layers }),
    specs: { encoder: architecture.encoder(dimensions), head: headSpecs(architecture, dimensions, task.readout) },
  };
};
