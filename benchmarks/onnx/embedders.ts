/** Text in, one vector a text out: ours and transformers.js. */
import type { LengthConfig } from '@length-adaptive/core';
import type { Tokenizer } from '@length-adaptive/models';
import { createTokenizer, tokenBatches } from '@length-adaptive/models';
import type { BareEncoder } from './bare-encoder.js';
import type { ModelName, TransformersOptions } from './peers.js';
import { openTransformers, readIndependent } from './peers.js';
import type { Embed } from './text-data.js';

/** Tokens of a batch, padding included. */
const batchTokens = 2048;

/** Texts of a batch in transformers.js, whose users choose it themselves. */
const theirBatch = 8;

export const readTokenizer = (name: ModelName): Tokenizer =>
  createTokenizer({ 'tokenizer.json': readIndependent(name, 'tokenizer.json') });

/** Mean of a row's first `tokens` states: states [B, T, hidden] -> [hidden]. */
const meanOfRow = (states: Float32Array, row: number, tokens: number, width: number, hidden: number): Float32Array => {
  const mean = new Float32Array(hidden);
  for (let token = 0; token < tokens; token++) {
    const at = (row * width + token) * hidden;
    for (let i = 0; i < hidden; i++) mean[i] = (mean[i] as number) + (states[at + i] as number);
  }
  return mean.map((sum) => sum / tokens);
};

/** Ours: sorted by length, batched by tokens, dropped tokens restored, the mean over all tokens. */
export const ourEmbedder =
  (encoder: BareEncoder, tokenizer: Tokenizer, maxTokens: number, config?: LengthConfig): Embed =>
  async (texts) => {
    const inputs = texts.map((text) => ({ ids: tokenizer.encode(text, undefined, { maxLength: maxTokens }).ids }));
    const embeddings = new Array<Float32Array>(texts.length);
    for (const rows of tokenBatches(inputs, batchTokens)) {
      const batch = rows.flatMap((row) => inputs[row] ?? []);
      const width = Math.max(...batch.map(({ ids }) => ids.length));
      const states = await encoder.prepare(batch, config)();
      batch.forEach(
        ({ ids }, at) =>
          (embeddings[rows[at] as number] = meanOfRow(states, at, ids.length, width, encoder.dimensions.hiddenSize)),
      );
    }
    return embeddings;
  };

/** transformers.js as its documentation shows it: batches in the order of the data, padded to their longest. */
export const openTheirEmbedder = async (
  name: ModelName,
  options: TransformersOptions,
): Promise<{ readonly embed: Embed; release(): Promise<void> }> => {
  const extractor = await openTransformers(name, options);
  return {
    embed: async (texts) => {
      const embeddings: Float32Array[] = [];
      for (let start = 0; start < texts.length; start += theirBatch) {
        const { data, dims } = await extractor(texts.slice(start, start + theirBatch), { pooling: 'mean' });
        const [rows = 0, hidden = 0] = dims;
        for (let row = 0; row < rows; row++) embeddings.push(data.slice(row * hidden, (row + 1) * hidden));
      }
      return embeddings;
    },
    release: () => extractor.dispose(),
  };
};
