import type { ModelConfig } from './model-config.js';
import type { Architecture } from './architecture.js';
import { bert } from './bert.js';

/** The two published shapes of TinyBERT (Jiao et al. 2020), for students that start from nothing. */
export const tinyBertShapes = {
  '4L-312': { num_hidden_layers: 4, hidden_size: 312, num_attention_heads: 12, intermediate_size: 1200 },
  '6L-768': { num_hidden_layers: 6, hidden_size: 768, num_attention_heads: 12, intermediate_size: 3072 },
} as const satisfies Readonly<Record<string, ModelConfig>>;

/**
 * TinyBERT: BERT's tensors, and in general-distilled checkpoints `fit_dense`. Its first checkpoints name no `model_type`;
 * later ones say `bert`, and so do those that this toolkit writes, so that any tool opens them.
 */
export const tinybert: Architecture = { ...bert, modelType: 'tinybert' };
