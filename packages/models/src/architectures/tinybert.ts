import type { DenseWeights } from '@length-adaptive/core';
import type { ModelConfig } from './model-config.js';
import type { SpecTree } from './parameter-specs.js';
import type { Architecture, Dimensions } from './architecture.js';
import { bert } from './bert.js';
import { denseAt } from './dense-specs.js';

/** The two published shapes of TinyBERT (Jiao et al. 2020), for students that start from nothing. */
export const tinyBertShapes = {
  '4L-312': { num_hidden_layers: 4, hidden_size: 312, num_attention_heads: 12, intermediate_size: 1200 },
  '6L-768': { num_hidden_layers: 6, hidden_size: 768, num_attention_heads: 12, intermediate_size: 3072 },
} as const satisfies Readonly<Record<string, ModelConfig>>;

const fitDenseName = 'fit_dense';

/** Whether a tensor of a checkpoint belongs to the map that `fitDense` describes. */
export const isFitDense = (name: string): boolean => name.startsWith(`${fitDenseName}.`);

/** The map from a student's states to its teacher's width, which distillation trains along and TinyBERT checkpoints keep. */
export const fitDense = ({ hiddenSize, initialDeviation }: Dimensions, teacherSize: number): SpecTree<DenseWeights> =>
  denseAt(fitDenseName, hiddenSize, teacherSize, initialDeviation);

/**
 * TinyBERT: BERT's tensors, and in general-distilled checkpoints `fit_dense`. Its first checkpoints name no `model_type`;
 * later ones say `bert`, and so do those that this toolkit writes, so that any tool opens them.
 */
export const tinybert: Architecture = { ...bert, modelType: 'tinybert' };
