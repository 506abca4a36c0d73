import type { EncoderInput } from '@length-adaptive/core';

/** What other engines feed an encoder: [rows, width] numbers by input name. */
export interface TokenArrays {
  readonly dims: readonly [rows: number, width: number];
  readonly arrays: Readonly<Record<'input_ids' | 'attention_mask' | 'token_type_ids', BigInt64Array>>;
}

/** The arrays of a batch, padded on the right to its longest row. */
export const tokenArrays = (inputs: readonly EncoderInput[]): TokenArrays => {
  const width = Math.max(...inputs.map(({ ids }) => ids.length));
  const fill = (valueOf: (input: EncoderInput, token: number) => number): BigInt64Array => {
    const words = new Int32Array(2 * inputs.length * width); // low and high word of each number; the numbers are not negative
    inputs.forEach((input, row) => {
      for (let token = 0; token < input.ids.length; token++) words[2 * (row * width + token)] = valueOf(input, token);
    });
    return new BigInt64Array(words.buffer);
  };
  return {
    dims: [inputs.length, width],
    arrays: {
      input_ids: fill(({ ids }, token) => ids[token] ?? 0),
      attention_mask: fill(() => 1),
      token_type_ids: fill(({ typeIds }, token) => typeIds?.[token] ?? 0),
    },
  };
};
