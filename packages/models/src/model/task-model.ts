import { entryOrder } from '@length-adaptive/core/encoder';
import type {
  Dropout,
  EncodeOptions,
  EncoderFactors,
  EncoderInput,
  EncoderWeights,
  OperatingPoint,
  Ranks,
  Reducer,
  SliceFactors,
} from '@length-adaptive/core';
import {
  atRanks,
  createRandom,
  encode,
  extentOf,
  factorsOf,
  headOnTensors,
  leavesLayersOut,
  lengthsOf,
  pointCost,
  runningLayers,
} from '@length-adaptive/core';
import * as tf from '@tensorflow/tfjs';
import type { Rank, Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs';
import type { Architecture, HeadWeights } from '../architectures/architecture.js';
import { companionsOf } from '../architectures/companions.js';
import { costOptionsOf } from './head-cost.js';
import type { ModelConfig } from '../architectures/model-config.js';
import type { Parameter } from '../architectures/parameter.js';
import { checkParameters } from '../architectures/parameter.js';
import type { LoadOptions, LoadedParameters } from '../architectures/parameters.js';
import { loadParameters } from '../architectures/parameters.js';
import type { PriorSettings } from '../priors/prior-settings.js';
import { withPriors } from '../priors/prior-settings.js';
import type { LowRankRecord } from '../folder/low-rank.js';
import { checkPoint, pointReducer, withoutOwnReducer } from '../folder/check-point.js';
import type { ModelDescription, ModelWeightTrees } from './describe-model.js';
import { describeModel } from './describe-model.js';
import { weightsDigest } from './weights-digest.js';
import { runHead } from './run-head.js';
import type { RunnableModel } from './runnable-model.js';
import type { TracedLayer } from './token-scores.js';
import { keptByLayer, mergedByLayer, scoresByToken } from './token-scores.js';
import type { TensorData, UnreadTensor } from '../weights/safetensors.js';
import { logitShape } from '../tasks/readout.js';
import type { DepartedAnswer } from '../tasks/departed-answer.js';
import type { Task } from '../tasks/task.js';

/** An encoder with the head of a task, on TensorFlow.js: everything that runs and trains, nothing that reads text. */
export interface TaskModel extends RunnableModel {
  readonly kind: 'tensors';
  readonly config: ModelConfig;
  readonly architecture: Architecture;
  readonly reducer: Reducer;
  readonly encoder: EncoderWeights;
  /** What stands between pooler and output layer is `architecture.poolerActivation`. */
  readonly head: HeadWeights;
  /** Dropout probability of what the output layer reads. */
  readonly headDropout: number;
  readonly parameters: readonly Parameter[];
  /** The factors that stand beside its matrices for points with ranks. They do not train: what trains the matrices would leave them behind. */
  readonly factorParameters: readonly Parameter[];
  /** The factors of its matrices, whether it is made of them or they stand beside; none of a model without. */
  readonly factors: EncoderFactors;
  /** What is known of its factors, where it has some. */
  readonly lowRank: LowRankRecord | undefined;
  /** Name of the parameter that holds the word embeddings. */
  readonly wordTable: string;
  /** Names of tensors that were made anew because the checkpoint lacks them (a new head), until they are trained. */
  readonly initialised: readonly string[];
  /** Says that tensors that were made anew have been trained: those of these names, by default all. */
  markTrained(names?: readonly string[]): void;
  /** Tensors that are no part of the model but are saved with it: the map of an unfinished distillation, `fit_dense`. */
  readonly companions: Map<string, TensorData>;
  /** Logits as a tensor: [B, outputs], or [B, T, outputs] for a task that reads every token. Token rows may have any lengths. */
  logits(inputs: readonly EncoderInput[], options?: RunOptions): Tensor;
  /**
   * How much the states matter that leave each layer that ranks tokens: the length of what the gradient of a scalar of the logits gives, times the
   * states (|gradient x input|), [B, T] each, 0 for padding. Nobody leaves. First-order gradients only.
   */
  saliency(inputs: readonly EncoderInput[], of: (logits: Tensor) => Scalar, options?: SaliencyOptions): Tensor2D[];
  /** The same with what its reducer predicts and decides of each layer, where that is asked for. */
  forward(inputs: readonly EncoderInput[], options?: ForwardOptions): ForwardPass;
}

/** What a forward pass gives. */
export interface ForwardPass {
  readonly logits: Tensor;
  /** How much each token matters, as logits, [B, T] each layer; empty unless asked for, and for a reducer that learns nothing. */
  readonly predictions: readonly Tensor2D[];
  /** 1 for each token that is there after a layer by its decision, 0 for the others, [B, T] each; empty unless that is asked for. */
  readonly decisions: readonly Tensor2D[];
}

/** How one forward pass runs. */
export type RunOptions = Pick<
  EncodeOptions,
  'config' | 'floor' | 'layers' | 'softExtract' | 'minTokens' | 'protectedTokens'
> & {
  readonly dropout?: Dropout | undefined;
  /** How large the factors of its matrices are. Default: the model as it is. */
  readonly ranks?: Ranks | undefined;
  /** What decides which tokens leave. Default: the model's own. */
  readonly reducer?: Reducer | undefined;
};

/** How a forward pass of training runs. */
export interface ForwardOptions extends RunOptions {
  /** Say what the reducer predicts. Default false. */
  readonly predict?: boolean;
  /** Let the reducer decide which tokens stay. Default: all do. */
  readonly decide?: EncodeOptions['decide'];
}

/** How saliency is found. */
export interface SaliencyOptions {
  /** The layers that run, ascending. Default: all. */
  readonly layers?: readonly number[] | undefined;
  /** Whether vectors are divided by their lengths where the task says so: the gradient of a length needs them as they are. Default true. */
  readonly normalize?: boolean | undefined;
}

/** What only the model itself asks of a pass. */
interface OwnRunOptions extends ForwardOptions {
  readonly gates?: EncodeOptions['gates'];
  readonly normalize?: boolean | undefined;
}

/** Parts of tensors. Call within a tidy. */
const sliceTensors: SliceFactors<Tensor> = {
  down: (factor, rank) => (factor.shape[1] === rank ? factor : tf.slice(factor, [0, 0], [-1, rank])),
  up: (factor, rank) => (factor.shape[0] === rank ? factor : tf.slice(factor, [0, 0], [rank, -1])),
};

export interface CreateModelOptions {
  /** The task. Default: what config.json says (`architectures`, `problem_type`, `id2label`, one output meaning regression). */
  readonly task?: Task | undefined;
  /** Seed of new weights. Default 42. */
  readonly seed?: number;
  /** What ranks its tokens. Default: attention. */
  readonly reducer?: Reducer | undefined;
  /** What is added to that in the first layers. Default: nothing. */
  readonly prior?: PriorSettings | undefined;
  /** What a token that left answers. Default: as the task says, which is what the head makes of its last state. */
  readonly departed?: DepartedAnswer | undefined;
  /** What its folder says of the factors of its matrices. Default: it has none. */
  readonly lowRank?: LowRankRecord | undefined;
  /** The factors themselves, by name. */
  readonly factors?: ReadonlyMap<string, TensorData> | undefined;
  /** Make all weights that `tensors` lacks, to train from scratch. Default false: only a head may be missing. */
  readonly fresh?: boolean;
  /** Tensors that the checkpoint has and that cannot be read: needing one is an error. Default: none. */
  readonly unread?: ReadonlyMap<string, UnreadTensor> | undefined;
}

/** Names of the tensors of a model's head, its pooler among them. */
export const headNames = ({
  head: { pooler, norm, output },
  parameters,
}: Pick<TaskModel, 'head' | 'parameters'>): string[] => {
  const ofHead = new Set<unknown>(
    [output, pooler, norm].flatMap((weights) => (weights === undefined ? [] : (Object.values(weights) as unknown[]))),
  );
  return parameters.filter(({ variable }) => ofHead.has(variable)).map(({ spec }) => spec.name);
};

/** `tf.tidy` for what an encoder gives. */
const tidy = <T>(f: () => T): T => tf.tidy(f as () => tf.TensorContainer) as T;

/** Loads the factors that stand beside a model's matrices, where it has some; where that fails, its parameters are freed. */
const loadFactors = (
  { factorSpecs }: ModelDescription,
  stored: ReadonlyMap<string, TensorData>,
  options: LoadOptions,
  parameters: readonly Parameter[],
): LoadedParameters<EncoderFactors> | undefined => {
  if (!factorSpecs) return undefined;
  try {
    return loadParameters<EncoderFactors>(factorSpecs, stored, { ...options, fresh: undefined });
  } catch (error) {
    for (const { variable } of parameters) variable.dispose();
    throw error;
  }
};

/**
 * Builds a model from a checkpoint's configuration and tensors. A head that the checkpoint lacks is made anew.
 *
 * @throws ModelError `ARCHITECTURE_UNKNOWN`, `CONFIG_INVALID`, `TENSOR_MISSING`, `SHAPE_MISMATCH`, `OPTION_INVALID` for a prior that does not
 * fit; CoreError `OPERATING_POINT_INVALID` for factors of another depth
 */
export const createTaskModel = (
  config: ModelConfig,
  tensors: ReadonlyMap<string, TensorData>,
  { seed = 42, fresh = false, unread, factors: stored = new Map(), ...described }: CreateModelOptions = {},
): TaskModel => {
  const description = describeModel(config, described);
  const { architecture, dimensions, task, reducer, prior, lowRank, specs } = description;
  const ranking = { reducer, priorLayers: prior?.layers ?? 0 };
  const loading = {
    prefix: architecture.prefix,
    random: createRandom(seed),
    fresh: fresh ? dimensions.initialDeviation : undefined,
    unread,
  };
  const { weights, parameters, initialised } = loadParameters<ModelWeightTrees>(
    specs,
    lowRank?.model === 'factors' ? new Map([...tensors, ...stored]) : tensors,
    loading,
  );
  const { encoder, head } = weights;
  const beside = loadFactors(description, stored, loading, parameters);
  const factors = beside?.weights ?? factorsOf<Tensor>(encoder);
  const factorParameters = beside?.parameters ?? [];
  const all = [...parameters, ...factorParameters];
  const costOptions = costOptionsOf(dimensions, task.readout);
  let untrained = initialised;
  const runs = { engine: 'tfjs', dimensions, largestRanks: lowRank?.ranks, reducer, task };
  const check = (point: OperatingPoint): OperatingPoint => checkPoint(point, runs);
  const layersAt = (point: OperatingPoint): readonly number[] | undefined =>
    leavesLayersOut(point) ? runningLayers(point, dimensions.layers) : undefined;
  const encoderAt = (ranks: Ranks | undefined): EncoderWeights =>
    ranks ? (atRanks<Tensor>(encoder, factors, ranks, sliceTensors) as EncoderWeights) : encoder;

  const forward = (
    inputs: readonly EncoderInput[],
    { dropout, ranks, reducer: by = reducer, normalize = true, ...options }: OwnRunOptions = {},
  ): ForwardPass => {
    checkParameters(parameters);
    return tidy((): ForwardPass => {
      const { hidden, stayed, predictions, decisions } = encode(encoderAt(ranks), withPriors(prior, inputs), {
        ...options,
        ...ranking,
        reducer: by,
        dropout,
        wanted: costOptions.wanted,
        stayed: task.readout.departed !== undefined,
      });
      const [rows, width, size] = hidden.shape; // [B, 1, hidden] of the first tokens, or [B, T, hidden]
      const states = tf.reshape<Rank.R2>(hidden, [rows * width, size]);
      const outputs = runHead(headOnTensors(extentOf(inputs), dropout), { states, stayed }, head, {
        activation: architecture.poolerActivation,
        readout: normalize ? task.readout : { ...task.readout, normalize },
        epsilon: dimensions.layerNormEpsilon,
      });
      return { logits: tf.reshape(outputs, logitShape(task.readout, { rows, width })), predictions, decisions };
    });
  };
  const saliency: TaskModel['saliency'] = (inputs, of, { layers, normalize } = {}) =>
    tidy(() => {
      const { rows, width } = extentOf(inputs);
      const ran = layers?.length ?? dimensions.layers;
      const ranking = costOptions.wanted === 'first' ? ran - 1 : ran;
      const ones = Array.from({ length: ranking }, () => tf.ones<Rank.R2>([rows * width, dimensions.hiddenSize]));
      if (ones.length === 0) return [];
      const slopes = tf.grads((...gates) =>
        of(forward(inputs, { layers, normalize, gates: gates as Tensor2D[] }).logits),
      )(ones);
      return slopes.map((slope): Tensor2D => tf.reshape(tf.sqrt(tf.sum(tf.square(slope), -1)), [rows, width]));
    });
  const reducerAt = (point: OperatingPoint) => pointReducer(point, runs) ?? reducer;
  /** What a point comes to in a pass. */
  const optionsAt = (point: OperatingPoint) => {
    const { lengths: config, floor, ranks } = check(point);
    return { config, floor, ranks, layers: layersAt(point), reducer: reducerAt(point) };
  };
  const merges = (point: OperatingPoint): boolean => reducerAt(point).merge !== undefined;

  /** What each layer did with the tokens of one input; undefined for one that does not run. */
  const trace = async (input: EncoderInput, point: OperatingPoint): Promise<(TracedLayer | undefined)[]> => {
    checkParameters(parameters);
    const { ranks, ...options } = optionsAt(point);
    const pass = tidy(() =>
      encode(encoderAt(ranks), withPriors(prior, [input]), {
        ...ranking,
        ...options,
        config: lengthsOf(point, dimensions.layers),
        wanted: 'survivors',
        trace: true,
      }),
    );
    try {
      const found = new Array<TracedLayer | undefined>(dimensions.layers).fill(undefined);
      for (const { layer, positions, scores, owners, counts } of pass.trace)
        found[layer] = {
          positions: (await positions.data()).slice(0, counts[0]),
          scores: await scores.data(),
          owners: owners ? await owners.data() : [],
        };
      return found;
    } finally {
      const traced = pass.trace.flatMap(({ positions, scores, owners }) => [positions, scores, owners]);
      tf.dispose([pass.hidden, ...traced.flatMap((tensor) => tensor ?? [])]);
    }
  };

  const orderOf = ({ ids }: EncoderInput): number[] => entryOrder(ids, encoder.embeddings.summary);

  const logits = (inputs: readonly EncoderInput[], options?: RunOptions): Tensor => forward(inputs, options).logits;

  return {
    kind: 'tensors',
    engine: 'tfjs',
    config: description.config,
    architecture,
    dimensions,
    task,
    reducer,
    prior,
    batchTokens: 1024,
    encoder,
    head,
    headDropout: architecture.headDropout(config, task.readout),
    parameters,
    factorParameters,
    factors: factors as EncoderFactors,
    lowRank,
    largestRanks: lowRank?.ranks,
    wordTable: specs.encoder.embeddings.word.name,
    get initialised() {
      return untrained;
    },
    markTrained: (names = untrained) => {
      untrained = untrained.filter((name) => !names.includes(name));
    },
    companions: companionsOf(tensors),
    logits,
    forward,
    saliency,
    run: async (inputs, { point = {} } = {}) => {
      const output = logits(inputs, optionsAt(point));
      try {
        return (await output.data()) as Float32Array;
      } finally {
        output.dispose();
      }
    },
    keptPositions: async (input, point) => keptByLayer(await trace(input, point), input.ids.length),
    mergedInto: async (input, point) =>
      merges(point) ? mergedByLayer(await trace(input, point), input.ids.length) : undefined,
    tokenScores: async (input, point) => scoresByToken(await trace(input, point), input.ids.length, orderOf(input)),
    tokenTrace: async (input, point) => {
      const layers = await trace(input, point);
      return {
        kept: keptByLayer(layers, input.ids.length),
        scores: scoresByToken(layers, input.ids.length, orderOf(input)),
        mergedInto: merges(point) ? mergedByLayer(layers, input.ids.length) : undefined,
      };
    },
    macs: (length, point = {}) => pointCost(dimensions, withoutOwnReducer(point, runs), length, costOptions),
    headMacs: costOptions.head,
    weightBytes: parameters.reduce((sum, { variable }) => sum + 4 * variable.size, 0),
    digest: () => {
      checkParameters(parameters);
      return weightsDigest<Tensor>(encoder, async (tensor) => (await tensor.data()) as Float32Array);
    },
    dispose: () => {
      for (const { variable } of all) if (!variable.isDisposed) variable.dispose();
    },
  };
};
