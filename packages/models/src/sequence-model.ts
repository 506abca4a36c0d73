import type { Dropout, EncodeOptions, EncoderInput, EncoderWeights, HeadCost } from '@length-adaptive/core';
import { applyDropout, classificationHeadCost, cost, createRandom, dense, encode, fullLength } from '@length-adaptive/core';
import * as tf from '@tensorflow/tfjs';
import type { Tensor2D } from '@tensorflow/tfjs';
import type { Architecture, PooledHeadWeights } from './architectures/architecture.js';
import { architectureOf } from './architectures/registry.js';
import type { ModelConfig } from './model-config.js';
import { configChoice, configLabels } from './model-config.js';
import type { Parameter } from './parameters.js';
import { loadParameters } from './parameters.js';
import type { RunnableModel } from './runnable-model.js';
import type { TensorData } from './safetensors.js';
import { regression } from './tasks/regression.js';
import { sequenceClassification } from './tasks/sequence-classification.js';
import type { SequenceTask } from './tasks/task.js';

/** An encoder with a head on [CLS], on TensorFlow.js: everything that runs and trains, nothing that reads text. */
export interface SequenceModel extends RunnableModel {
  readonly config: ModelConfig;
  readonly architecture: Architecture;
  readonly encoder: EncoderWeights;
  /** What stands between its two layers is `architecture.poolerActivation`. */
  readonly head: PooledHeadWeights;
  readonly parameters: readonly Parameter[];
  /** Name of the parameter that holds the word embeddings. */
  readonly wordTable: string;
  /** Names of tensors that were made anew because the checkpoint lacks them (a new head). */
  readonly initialised: readonly string[];
  /** Logits as a tensor, [B, outputs]. Token rows may have any lengths. */
  logits(inputs: readonly EncoderInput[], options?: RunOptions): Tensor2D;
}

/** How one forward pass runs. */
export type RunOptions = Pick<EncodeOptions, 'config' | 'layers'> & { readonly dropout?: Dropout | undefined };

export interface CreateModelOptions {
  /** The task. Default: what config.json says (`problem_type`, `id2label`, one output meaning regression). */
  readonly task?: SequenceTask | undefined;
  /** Seed of new weights. Default 42. */
  readonly seed?: number;
  /** Make all weights that `tensors` lacks, to train from scratch. Default false: only a head may be missing. */
  readonly fresh?: boolean;
}

/**
 * The task that a config.json describes.
 *
 * @throws ModelError `CONFIG_INVALID` for one that is not implemented, such as several labels a text
 */
export const taskOf = (config: ModelConfig): SequenceTask => {
  configChoice(config, 'problem_type', ['single_label_classification', 'regression'], 'single_label_classification');
  const labels = configLabels(config) ?? Array.from({ length: Number(config['num_labels'] ?? 2) }, (_, i) => `LABEL_${i}`);
  return config['problem_type'] === 'regression' || labels.length === 1 ? regression() : sequenceClassification(labels);
};

/** The config.json of a model for a task, as Hugging Face tools read it. */
export const configFor = (config: ModelConfig, { classifierClass }: Architecture, task: SequenceTask): ModelConfig => {
  const labels = task.labels.length > 0 ? task.labels : ['LABEL_0'];
  return {
    ...config,
    architectures: [classifierClass],
    problem_type: task.name === 'regression' ? 'regression' : 'single_label_classification',
    id2label: Object.fromEntries(labels.map((label, i) => [i, label])),
    label2id: Object.fromEntries(labels.map((label, i) => [label, i])),
  };
};

/**
 * Builds a model from a checkpoint's configuration and tensors. A head that the checkpoint lacks is made anew.
 *
 * @throws ModelError `ARCHITECTURE_UNKNOWN`, `CONFIG_INVALID`, `TENSOR_MISSING`, `SHAPE_MISMATCH`
 */
export const createSequenceModel = (
  config: ModelConfig,
  tensors: ReadonlyMap<string, TensorData>,
  { task = taskOf(config), seed = 42, fresh = false }: CreateModelOptions = {},
): SequenceModel => {
  const architecture = architectureOf(config);
  const dimensions = architecture.dimensions(config);
  const encoderSpecs = architecture.encoder(dimensions);
  const { weights, parameters, initialised } = loadParameters<{ encoder: EncoderWeights; head: PooledHeadWeights }>(
    { encoder: encoderSpecs, head: architecture.pooledHead(dimensions, task.outputs) },
    tensors,
    { prefix: architecture.prefix, random: createRandom(seed), fresh: fresh ? dimensions.initialDeviation : undefined },
  );
  const { encoder, head } = weights;
  const activate = architecture.poolerActivation === 'tanh' ? tf.tanh : tf.relu;
  const headMacs: HeadCost = classificationHeadCost(dimensions.hiddenSize, task.outputs);

  const logits = (inputs: readonly EncoderInput[], { dropout, ...options }: RunOptions = {}): Tensor2D =>
    tf.tidy(() => {
      // [CLS] is protected and stays in slot 0, so nothing needs to be restored.
      const { hidden } = encode(encoder, inputs, { ...options, dropout, restore: false });
      const first = tf.squeeze<Tensor2D>(tf.slice(hidden, [0, 0, 0], [-1, 1, -1]), [1]); // [B, hidden]
      const pooled = activate(dense(first, head.pooler));
      return dense(dropout ? applyDropout(pooled, dropout.hidden, dropout.random) : pooled, head.classifier);
    });

  return {
    engine: 'tfjs',
    config: configFor(config, architecture, task),
    architecture,
    dimensions,
    task,
    batchTokens: 1024,
    encoder,
    head,
    parameters,
    wordTable: encoderSpecs.embeddings.word.name,
    initialised,
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
      const { hidden, trace } = encode(encoder, [input], { config: lengthConfig, restore: false, trace: true });
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
      for (const { variable } of parameters) variable.dispose();
    },
  };
};
