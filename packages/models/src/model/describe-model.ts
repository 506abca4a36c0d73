import type { EncoderFactors, EncoderWeights, Reducer } from '@length-adaptive/core/encoder';
import { atRanks, attentionReducer, predictorMacs } from '@length-adaptive/core/encoder';
import type { Ranks } from '@length-adaptive/core/lengths';
import { attentionWidth, validateRanks } from '@length-adaptive/core/lengths';
import type { Architecture, Dimensions, HeadWeights } from '../architectures/architecture.js';
import type { ModelConfig } from '../architectures/model-config.js';
import { factorSpecs } from '../architectures/factor-specs.js';
import { headSpecs } from '../architectures/head-specs.js';
import { withPredictors } from '../architectures/predictor-specs.js';
import type { ParameterSpec, SpecTree } from '../architectures/parameter-specs.js';
import { architectureOf } from '../architectures/registry.js';
import type { ModelPrior, PriorSettings } from '../priors/prior-settings.js';
import { resolvePrior } from '../priors/prior-settings.js';
import type { LowRankRecord } from '../folder/low-rank.js';
import type { DepartedAnswer } from '../tasks/departed-answer.js';
import { withDeparted } from '../tasks/departed-answer.js';
import { checkReducerFor } from '../folder/ranking.js';
import type { Task } from '../tasks/task.js';
import { configFor, taskOf, taskOfFamily } from '../tasks/task-config.js';

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
  /** With the ranks of a model that is made of factors. */
  readonly dimensions: Dimensions;
  readonly task: Task;
  /** What is known of the factors of its matrices, where it has some. */
  readonly lowRank: LowRankRecord | undefined;
  /** What ranks its tokens. */
  readonly reducer: Reducer;
  /** What is added to that in the first layers. Absent: nothing. */
  readonly prior: ModelPrior | undefined;
  /** Names and shapes of the weights in a checkpoint. */
  readonly specs: SpecTree<ModelWeightTrees>;
  /** The same of factors beside its matrices, where it has some. */
  readonly factorSpecs: SpecTree<EncoderFactors> | undefined;
}

/** What a configuration does not say. */
export interface DescribeModelOptions {
  /** Default: what config.json says. */
  readonly task?: Task | undefined;
  /** What ranks its tokens. Default: attention. */
  readonly reducer?: Reducer | undefined;
  /** What is added to that in the first layers. Default: nothing. */
  readonly prior?: PriorSettings | undefined;
  /** What a token that left answers. Default: as the task says, which is what the head makes of its last state. */
  readonly departed?: DepartedAnswer | undefined;
  /** What its folder says of the factors of its matrices. Default: it has none. */
  readonly lowRank?: LowRankRecord | undefined;
}

/** Factors are as large as they are stored. */
const wholeFactors = { down: (spec: ParameterSpec) => spec, up: (spec: ParameterSpec) => spec };

/**
 * @throws ModelError `ARCHITECTURE_UNKNOWN`, `CONFIG_INVALID`, `OPTION_INVALID` for a prior that does not fit or a reducer that the task
 * cannot take; CoreError `OPERATING_POINT_INVALID` for factors of another depth
 */
export const describeModel = (
  config: ModelConfig,
  { task: asked = taskOf(config), reducer = attentionReducer(), prior, departed, lowRank }: DescribeModelOptions = {},
): ModelDescription => {
  const architecture = architectureOf(config);
  const task = withDeparted(taskOfFamily(asked, architecture, config), departed);
  checkReducerFor(task, reducer);
  const given = architecture.dimensions(config, task.readout);
  const ranks: Ranks | undefined = lowRank && validateRanks(lowRank.ranks, given.layers);
  const isMadeOfFactors = lowRank?.model === 'factors';
  const macs = predictorMacs(reducer, given.hiddenSize, given.heads, attentionWidth(given));
  const dimensions = {
    ...given,
    ...(isMadeOfFactors && { ranks }),
    ...(macs > 0 && { predictorMacs: macs }),
    ...(reducer.before && { leavesBefore: true }),
  };
  const encoder = withPredictors(architecture.encoder(given), reducer, given);
  const factors = ranks && factorSpecs(encoder, ranks);
  return {
    config: configFor(config, architecture, task),
    architecture,
    dimensions,
    task,
    reducer,
    prior: resolvePrior(prior, { task, layers: dimensions.layers, needed: reducer.needsPrior }),
    lowRank,
    specs: {
      encoder: factors && ranks && isMadeOfFactors ? atRanks(encoder, factors, ranks, wholeFactors) : encoder,
      head: headSpecs(architecture, dimensions, task.readout),
    },
    factorSpecs: isMadeOfFactors ? undefined : factors,
  };
};
