import { decodeTrainerState, encodeTrainerState } from './trainer-checkpoint.js';
import { writeSafetensors } from '../weights/write-safetensors.js';

const values = (...numbers: number[]) =>
  new Map([
    ['encoder/weird name', Float32Array.from(numbers)],
    ['b', Float32Array.of(0.1)],
  ]);

test('every bit of a state comes back', () => {
  const state = {
    step: 17,
    epochsDone: 1,
    weights: values(1 / 3, -2, 1e-38),
    optimizer: { updates: 17, first: values(0, -0), second: values(1e-20) },
    best: { epoch: 1, evaluation: { full: 0.9, reduced: 0.8 }, weights: values(4, 5) },
  };
  expect(decodeTrainerState(encodeTrainerState(state))).toEqual(state);
  const young = { ...state, best: undefined };
  expect(decodeTrainerState(encodeTrainerState(young))).toEqual(young);
});

test('another safetensors file is refused', () => {
  expect(() => decodeTrainerState(writeSafetensors(new Map()))).toThrow(/Not a training checkpoint/);
});
