import type { TextInput } from '@length-adaptive/models';
import type { InferenceResult } from '../request.js';

/** Characters of a text or a pair. */
const charactersOf = (input: TextInput): number => [input].flat().reduce((sum, text) => sum + [...text].length, 0);

/**
 * Headers that Text Embeddings Inference's clients read, times in whole milliseconds. Texts are cut into tokens by the thread that runs the
 * model: that time is part of `x-inference-time`.
 */
export const textEmbeddingsHeaders = (
  inputs: readonly TextInput[],
  { tokens, queueMs, computeMs }: InferenceResult,
  totalMs: number,
): Record<string, string> => ({
  'x-compute-type': 'cpu',
  'x-compute-time': String(Math.round(totalMs)),
  'x-compute-characters': String(inputs.reduce((sum, input) => sum + charactersOf(input), 0)),
  'x-compute-tokens': String(tokens),
  'x-total-time': String(Math.round(totalMs)),
  'x-tokenization-time': '0',
  'x-queue-time': String(Math.round(queueMs)),
  'x-inference-time': String(Math.round(computeMs)),
});
