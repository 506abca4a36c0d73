import * as tf from '@tensorflow/tfjs';
import { describeOnBackends, expectNoLeak } from '../testing/backends.js';
import { tensorEngine } from './tensor-engine.js';

const modelOf = (variables: ReadonlyMap<string, tf.Variable>) => ({
  variables,
  logits: () => tf.zeros([1, 1]),
  taskLoss: () => tf.scalar(0),
  distillationLoss: () => tf.scalar(0),
});

const variableOf = (...values: number[]): tf.Variable => tf.tidy(() => tf.variable(tf.tensor1d(values)));

describeOnBackends('tensorEngine', () => {
  test('weights that are read are copies; written ones are what runs', async () => {
    await expectNoLeak(async () => {
      const variable = variableOf(1, 2);
      const engine = tensorEngine(modelOf(new Map([['a', variable]])));
      const weights = await engine.readWeights();
      weights.get('a')?.fill(7);
      expect(await variable.array()).toEqual([1, 2]);
      engine.writeWeights(weights);
      expect(await variable.array()).toEqual([7, 7]);
      variable.dispose();
    });
  });

  test('weights of another model are refused before any is written', async () => {
    const [a, b] = [variableOf(1), variableOf(2, 3)];
    const engine = tensorEngine(modelOf(new Map([['a', a], ['b', b]]))); // prettier-ignore
    const write = () => engine.writeWeights(new Map([['a', Float32Array.of(9)], ['b', Float32Array.of(9)]])); // prettier-ignore
    expect(write).toThrow(/"b" has 1 values in the state; this model needs 2/);
    expect(write).toThrow(expect.objectContaining({ code: 'STATE_INVALID' }) as Error);
    expect(await a.array()).toEqual([1]);
    tf.dispose([a, b]);
  });
});
