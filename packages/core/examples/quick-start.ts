import { cost, encode, fromAbsoluteLengths } from '@length-adaptive/core';
import { tinyEncoder } from './tiny-encoder.js'; // your weights: embeddings, blocks, heads

const weights = tinyEncoder();
const config = fromAbsoluteLengths([6, 4, 2], 8); // [0.75, 0.5, 0.25] of each input's own length

const { hidden, trace } = encode(weights, [{ ids: [1, 5, 9, 4, 7, 3, 8, 2] }, { ids: [1, 6, 2] }], {
  config,
  trace: true,
});
console.log(hidden.shape); // [2, 8, 16]: every token is back in its place
console.log(trace.map(({ counts }) => counts)); // [[6, 3], [4, 2], [2, 2]]: each row kept its own share

const shape = { layers: 3, hiddenSize: 16, intermediateSize: 32 };
console.log(cost(shape, config, 8) / cost(shape, [1, 1, 1], 8)); // share of the multiply-accumulates
