import type { EncoderInput, ImageShape } from '@length-adaptive/core/encoder';
import type { KeepOptions, LengthConfig } from '@length-adaptive/core/lengths';
import { fullLength, isFullLength, keptTokens } from '@length-adaptive/core/lengths';
import { OnnxError } from './errors.js';
import type { OnnxRuntime, RuntimeTensor } from './runtime.js';

/** What engines feed an encoder: [rows, width] numbers by input name. */
export interface TokenArrays {
  readonly dims: readonly [rows: number, width: number];
  readonly arrays: Readonly<Record<'input_ids' | 'attention_mask' | 'token_type_ids', BigInt64Array>>;
}

/** The arrays of a batch, padded on the right to its longest row; each is made when it is read. */
export const tokenArrays = (inputs: readonly EncoderInput[]): TokenArrays => {
  const width = Math.max(...inputs.map(({ ids }) => ids.length));
  const fill = (valueOf: (input: EncoderInput, token: number) => number): BigInt64Array => {
    // Low and high word of each number, without a BigInt for each; the numbers are not negative.
    const words = new Int32Array(2 * inputs.length * width);
    inputs.forEach((input, row) => {
      for (let token = 0; token < input.ids.length; token++) words[2 * (row * width + token)] = valueOf(input, token);
    });
    return new BigInt64Array(words.buffer);
  };
  return {
    dims: [inputs.length, width],
    arrays: {
      get input_ids() {
        return fill(({ ids }, token) => ids[token] as number);
      },
      get attention_mask() {
        return fill(() => 1);
      },
      get token_type_ids() {
        return fill(({ typeIds }, token) => typeIds?.[token] ?? 0);
      },
    },
  };
};

/** The shares, half a token below, of what each layer would have at the full length. */
const ratiosOf = (config: LengthConfig, tokens: number, keep: KeepOptions): number[] => {
  const whole = keptTokens(fullLength(config.length), tokens, keep);
  return keptTokens(config, tokens, keep).map((count, layer) => Math.min(1, (count - 0.5) / (whole[layer] as number)));
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
  { floors = [], ...keep }: KeepOptions & Pick<TokenFeeds, 'floors'>,
): RuntimeTensor => {
  const full = configs.every(isFullLength);
  const rows = full
    ? [new Array<number>(layers).fill(1)]
    : inputs.map(({ ids }, row) => ratiosOf(configs[row] ?? [], ids.length, { ...keep, floor: floors[row] }));
  return new ort.Tensor('float32' as never, Float32Array.from(rows.flat()) as never, [rows.length, layers]);
};

/** The pixels of the images of a batch: [B, channels, height, width]. */
const pixelsTensor = (
  ort: OnnxRuntime,
  inputs: readonly EncoderInput[],
  { channels, height, width }: ImageShape,
): RuntimeTensor => {
  const size = channels * height * width;
  const all = new Float32Array(inputs.length * size);
  inputs.forEach(({ pixels = [] }, row) => {
    if (pixels.length !== size)
      throw new OnnxError(
        'OPTION_INVALID',
        `Input ${row} has ${pixels.length} numbers of pixels; expected ${size}: ${channels} channels of ${height} x ${width}.`,
      );
    all.set(pixels, row * size);
  });
  return new ort.Tensor('float32' as never, all as never, [inputs.length, channels, height, width]);
};

/** What is known of each token's worth: [B, T], 0 for padding and for rows of which nothing is known. */
const priorTensor = (ort: OnnxRuntime, inputs: readonly EncoderInput[], width: number): RuntimeTensor => {
  const priors = new Float32Array(inputs.length * width);
  inputs.forEach(({ prior }, row) => prior && priors.set(Array.from(prior), row * width));
  return new ort.Tensor('float32' as never, priors as never, [inputs.length, width]);
};

/** 1 for each layer that runs, 0 for the others: [layers]. */
const runningTensor = (ort: OnnxRuntime, layers: number, running: readonly number[] | undefined): RuntimeTensor => {
  const flags = Float32Array.from({ length: layers }, (_, layer) => (running?.includes(layer) === false ? 0 : 1));
  return new ort.Tensor('float32' as never, flags as never, [layers]);
};

/** `minTokens`: as the graph was made with it. */
export interface TokenFeeds extends KeepOptions {
  /** One configuration a row. */
  readonly configs: readonly LengthConfig[];
  /** Tokens that the configuration of each row does not count. Default: none. */
  readonly floors?: readonly (number | undefined)[] | undefined;
  readonly layers: number;
  /** Names of the session's inputs; the others are left out. */
  readonly inputNames: readonly string[];
  /** Of a model that reads images. */
  readonly image?: ImageShape | undefined;
}

/** The feeds of one batch of rows of any lengths, padded on the right to the longest. */
export const tokenFeeds = (
  ort: OnnxRuntime,
  inputs: readonly EncoderInput[],
  { configs, layers, inputNames, image, ...keep }: TokenFeeds,
): Record<string, RuntimeTensor> => {
  const { dims, arrays } = tokenArrays(inputs);
  const tensor = (name: keyof TokenArrays['arrays']) => (): RuntimeTensor =>
    new ort.Tensor('int64' as never, arrays[name] as never, dims);
  const all: Record<string, () => RuntimeTensor> = {
    input_ids: tensor('input_ids'),
    attention_mask: tensor('attention_mask'),
    token_type_ids: tensor('token_type_ids'),
    ...(image && { pixel_values: () => pixelsTensor(ort, inputs, image) }),
    prior: () => priorTensor(ort, inputs, dims[1]),
    length_ratios: () => ratiosTensor(ort, inputs, configs, layers, keep),
    running_layers: () => runningTensor(ort, layers, keep.running),
  };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, make]) => (inputNames.includes(name) ? [[name, make()]] : [])),
  );
};
