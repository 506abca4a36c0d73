import type { EncoderInput } from '@length-adaptive/core/encoder';
import type { KeepOptions, LengthConfig } from '@length-adaptive/core/lengths';
import { isFullLength, keptTokens } from '@length-adaptive/core/lengths';
import type { OnnxRuntime, RuntimeTensor } from './runtime.js';

/** int64 tensors from small numbers, without a BigInt for each. */
const int64Tensor = (ort: OnnxRuntime, rows: number, width: number, fill: (low: Int32Array) => void): RuntimeTensor => {
  const words = new Int32Array(2 * rows * width); // low and high word of each number; the numbers are not negative
  fill(words);
  return new ort.Tensor('int64' as never, new BigInt64Array(words.buffer) as never, [rows, width]);
};

/**
 * The ratios that give each row exactly the tokens of its configuration: [B, layers], or [1, layers] for the full length.
 * A ratio half a token below the count leaves nothing to how a product is rounded.
 */
const ratiosTensor = (
  ort: OnnxRuntime,
  inputs: readonly EncoderInput[],
  configs: readonly LengthConfig[],
  layers: number,
  keep: KeepOptions,
): RuntimeTensor => {
  const full = configs.every(isFullLength);
  const rows = full
    ? [new Array<number>(layers).fill(1)]
    : inputs.map(({ ids }, row) =>
        keptTokens(configs[row] ?? [], ids.length, keep).map((count) => Math.min(1, (count - 0.5) / ids.length)),
      );
  return new ort.Tensor('float32' as never, Float32Array.from(rows.flat()) as never, [rows.length, layers]);
};

/** What is known of each token's worth: [B, T], 0 for padding and for rows of which nothing is known. */
const priorTensor = (ort: OnnxRuntime, inputs: readonly EncoderInput[], width: number): RuntimeTensor => {
  const priors = new Float32Array(inputs.length * width);
  inputs.forEach(({ prior }, row) => prior && priors.set(Array.from(prior), row * width));
  return new ort.Tensor('float32' as never, priors as never, [inputs.length, width]);
};

/** `minTokens`: as the graph was made with it. */
export interface TokenFeeds extends KeepOptions {
  /** One configuration a row. */
  readonly configs: readonly LengthConfig[];
  readonly layers: number;
  /** Names of the session's inputs; the others are left out. */
  readonly inputNames: readonly string[];
}

/** The feeds of one batch of rows of any lengths, padded on the right to the longest. */
export const tokenFeeds = (
  ort: OnnxRuntime,
  inputs: readonly EncoderInput[],
  { configs, layers, inputNames, ...keep }: TokenFeeds,
): Record<string, RuntimeTensor> => {
  const width = Math.max(...inputs.map(({ ids }) => ids.length));
  const tensor = (valueOf: (input: EncoderInput, token: number) => number): RuntimeTensor =>
    int64Tensor(ort, inputs.length, width, (low) =>
      inputs.forEach((input, row) => {
        for (let token = 0; token < input.ids.length; token++) low[2 * (row * width + token)] = valueOf(input, token);
      }),
    );
  const all: Record<string, () => RuntimeTensor> = {
    input_ids: () => tensor(({ ids }, token) => ids[token] as number),
    attention_mask: () => tensor(() => 1),
    token_type_ids: () => tensor(({ typeIds }, token) => typeIds?.[token] ?? 0),
    prior: () => priorTensor(ort, inputs, width),
    length_ratios: () => ratiosTensor(ort, inputs, configs, layers, keep),
  };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, make]) => (inputNames.includes(name) ? [[name, make()]] : [])),
  );
};
