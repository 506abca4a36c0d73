import * as tf from '@tensorflow/tfjs';
import { useWasm } from '../wasm/index.js';

/** Makes a backend the one that a test runs on. */
export const useTestBackend = async (backend: string): Promise<void> => {
  tf.env().set('IS_TEST', true); // no advertisement on the console
  await (backend === 'wasm' ? useWasm() : tf.setBackend(backend));
};

/** Runs a suite once on every backend that works in Node without a GPU. */
export const describeOnBackends = (title: string, suite: () => void): void => {
  describe.each(['cpu', 'wasm'])(`${title} on %s`, (backend) => {
    beforeAll(() => useTestBackend(backend));
    suite();
  });
};

/** Asserts that `f` leaves no tensor behind. */
export const expectNoLeak = async (f: () => unknown): Promise<void> => {
  const before = tf.memory().numTensors;
  await f();
  expect(tf.memory().numTensors).toBe(before);
};
