import { encode, findReducer, registerReducer } from '@length-adaptive/core';
import { tinyEncoder } from './tiny-encoder.js';

registerReducer({
  name: 'large-values', // what a token receives, times the size of its value
  create: () => ({
    name: 'large-values',
    score: (ops, { attended, tokens }) =>
      ops.multiply(ops.received(attended, tokens), ops.magnitudes(attended.projections.value, tokens)),
  }),
});

const { trace } = encode(tinyEncoder(), [{ ids: [1, 5, 9, 4, 7, 3, 8, 2] }], {
  config: [0.75, 0.5, 0.25],
  reducer: findReducer('large-values'),
  trace: true,
});
console.log(trace.map(({ counts }) => counts)); // [[6], [4], [2]]
