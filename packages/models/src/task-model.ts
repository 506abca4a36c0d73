import type { Dropout, EncodeOptions, EncoderInput, EncoderWeights } from '@length-adaptive/core';
import { applyDropout, cost, createRandom, dense, encode, fullLength } from '@length-adaptive/core';
import * as tf from '@tensorflow/tfjs';
import type { Rank, Tensor, Tensor2D } from '@tensorflow/tfjs';
import type { Architecture, HeadWeights } from './architectures/architecture.js';
import { architectureOf } from './architectures/registry.js';
import { isFitDense } from './architectures/tinybert.js';
import { headCostOf } from './head-cost.js';
import type { ModelConfig } from './model-config.js';
import type { Parameter } from './parameters.js';
import { checkParameters, loadParameters } from './parameters.js';
import type { ReducerSettings } from './reducer.js';
import { resolveReducer, withPriors } from './reducer.js';
import type { RunnableModel } from './runnable-model.js';
import type { TensorData, UnreadTensor } from './safetensors.js';
import { configFor, taskOf } from './task-config.js';
import type { Task } from './tasks/task.js';

/** An encoder with the head of a task, on TensorFlow.js: everything that runs and trains, nothing that reads text. */
export interface TaskModel extends RunnableModel {
  readonly config: ModelConfig;
  readonly architecture: Architecture;
  readonly encoder: EncoderWeights;
  /** What stands between pooler and output layer is `architecture.poolerActivation`. */
  readonly head: HeadWeights;
  /** Dropout probability of what the output layer reads. */
  readonly headDropout: number;
  readonly parameters: readonly Parameter[];
  /** Name of the parameter that holds the word embeddings. */
  readonly wordTable: string;
  /** Names of tensors that were made anew because the checkpoint lacks them (a new head), until they are trained. */
  initialised: readonly string[];
  /** Tensors that are no part of the model but are saved with it: the map of an unfinished distillation, `fit_dense`. */
  readonly companions: Map<string, TensorData>;
  /** Logits as a tensor: [B, outputs], or [B, T, outputs] for a task that reads every token. Token rows may have any lengths. */
  logits(inputs: readonly EncoderInput[], options?: RunOptions): Tensor;
}

/** How one forward pass runs. */
export type RunOptions = Pick<EncodeOptions, 'config' | 'layers' | 'softExtract'> & { readonly dropout?: Dropout | undefined };

export interface CreateModelOptions {
  /** The task. Default: what config.json says (`architectures`, `problem_type`, `id2label`, one output meaning regression). */
  readonly task?: Task | undefined;
  /** Seed of new weights. Default 42. */
  readonly seed?: number;
  /** What ranks tokens in the first layers. Default: attention does in all. */
  readonly reducer?: ReducerSettings | undefined;
  /** Make all weights that `tensors` lacks, to train from scratch. Default false: only a head may be missing. */
  readonly fresh?: boolean;
  /** Tensors that the checkpoint has and that cannot be read: needing one is an error. Default: none. */
  readonly unread?: ReadonlyMap<string, UnreadTensor> | undefined;
}

/** Names of the tensors of a model's head, its pooler among them. */
export const headNames = ({ head: { pooler, output }, parameters }: Pick<TaskModel, 'head' | 'parameters'>): string[] => {
  const ofHead = new Set<unknown>([output, ...(pooler ? [pooler] : [])].flatMap(({ kernel, bias }) => [kernel, bias]));
  return parameters.filter(({ variable }) => ofHead.has(variable)).map(({ spec }) => spec.name);
};

/** The head alone: states of the first token, [B, hidden] -> [B, outputs], or of all tokens, [N, hidden] -> [N, outputs]. */
const runHead = (states: Tensor2D, { pooler, output }: HeadWeights, activation: Architecture['poolerActivation'], dropout: Dropout | undefined): Tensor2D => {
  const activate = activation === 'tanh' ? tf.tanh : tf.relu;
  const read = pooler ? activate(dense(states, pooler)) : states;
  return dense(dropout ? applyDropout(read, dropout.head ?? dropout.hidden, dropout.random) : read, output);
};

/**
 * Builds a model from a checkpoint's configuration and tensors. A head that the checkpoint lacks is made anew.
 *
 * @throws ModelError `ARCHITECTURE_UNKNOWN`, `CONFIG_INVALID`, `TENSOR_MISSING`, `SHAPE_MISMATCH`, `OPTION_INVALID` for a reducer that does not fit
 */
export const createTaskModel = (
  config: ModelConfig,
  tensors: ReadonlyMap<string, TensorData>,
  { task = taskOf(config), seed = 42, fresh = false, reducer: chosen, unread }: CreateModelOptions = {},
): TaskModel => {
  const architecture = architectureOf(config);
  const dimensions = architecture.dimensions(config);
  const reducer = resolveReducer(chosen, { task, layers: dimensions.layers });
  const ranking = { priorLayers: reducer?.layers ?? 0 };
  const encoderSpecs = architecture.encoder(dimensions);
  const { weights, parameters, initialised } = loadParameters<{ encoder: EncoderWeights; head: HeadWeights }>(
    { encoder: encoderSpecs, head: architecture.head(dimensions, task) },
    tensors,
    { prefix: architecture.prefix, random: createRandom(seed), fresh: fresh ? dimensions.initialDeviation : undefined, unread },
  );
  const { encoder, head } = weights;
  const headMacs = headCostOf(dimensions, task);

  const logits = (inputs: readonly EncoderInput[], { dropout, ...options }: RunOptions = {}): Tensor => {
    checkParameters(parameters);
    return tf.tidy((): Tensor => {
      // [CLS] is protected and stays in slot 0: for a head on it, nothing needs to be restored.
      const { hidden } = encode(encoder, withPriors(reducer, inputs), { ...options, ...ranking, dropout, restore: task.reads === 'tokens' });
      if (task.reads === 'first') {
        const first = tf.squeeze<Tensor2D>(tf.slice(hidden, [0, 0, 0], [-1, 1, -1]), [1]); // [B, hidden]
        return runHead(first, head, architecture.poolerActivation, dropout);
      }
      const [rows, width, size] = hidden.shape;
      const outputs = runHead(tf.reshape<Rank.R2>(hidden, [rows * width, size]), head, architecture.poolerActivation, dropout);
      return tf.reshape(outputs, [rows, width, task.outputs]);
    });
  };

  return {
    engine: 'tfjs',
    config: configFor(config, architecture, task),
    architecture,
    dimensions,
    task,
    reducer,
    batchTokens: 1024,
    encoder,
    head,
    headDropout: architecture.headDropout(config, task.name),
    parameters,
    wordTable: encoderSpecs.embeddings.word.name,
    initialised,
    companions: new Map([...tensors].filter(([name]) => isFitDense(name))),
    logits,
    run: async (inputs, options) => {
      const output = logits(inputs, options);
      try {
        return (await output.data()) as Float32Array;
      } finally {
        output.dispose();
      }
    },
    keptPositions: async (input, lengthConfig) => {
      checkParameters(parameters);
      const { hidden, trace } = encode(encoder, withPriors(reducer, [input]), { config: lengthConfig, ...ranking, restore: false, trace: true });
      try {
        const kept: number[][] = [];
        for (const { positions, counts } of trace) kept.push(Array.from(await positions.data()).slice(0, counts[0]));
        return kept;
      } finally {
        tf.dispose([hidden, ...trace.flatMap(({ positions, scores }) => [positions, scores])]);
      }
    },
    macs: (length, lengthConfig = fullLength(dimensions.layers)) => cost(dimensions, lengthConfig, length, { head: headMacs }),
    headMacs,
    dispose: () => {
      for (const { variable } of parameters) if (!variable.isDisposed) variable.dispose();
    },
  };
};
