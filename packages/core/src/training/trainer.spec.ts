import * as tf from '@tensorflow/tfjs';
import { encode } from '../encode.js';
import type { EncoderWeights } from '../encoder/weights.js';
import { createRandom } from '../random.js';
import { expectNoLeak, useTestBackend } from '../testing/backends.js';
import { tinyEncoder } from '../../examples/tiny-encoder.js';
import { crossEntropy, klDivergence } from './distillation.js';
import type { TrainingPass } from './run-sandwich.js';
import type { TrainableModel } from './sandwich.js';
import { tensorEngine } from './tensor-engine.js';
import type { TrainerState, TrainOptions } from './trainer.js';
import { train } from './trainer.js';

interface Example {
  readonly ids: readonly number[];
  readonly label: number;
}

/** Are the words from the lower or the upper half of the vocabulary? Rows of different lengths. */
const batches = (epoch: number): Example[][] => {
  const random = createRandom(5, epoch);
  return Array.from({ length: 12 }, () =>
    Array.from({ length: 4 }, () => {
      const label = random.integer(0, 1);
      const rest = Array.from({ length: random.integer(4, 9) }, () => random.integer(10, 24) + 15 * label);
      return { ids: [1, ...rest], label };
    }),
  );
};

/** A tiny encoder with a linear head on the first token, as the trainer sees it. */
const tinyModel = (): TrainableModel<Example[]> & { dispose(): void } => {
  const variables = new Map<string, tf.Variable>();
  const variable = (node: unknown, path: string): unknown => {
    if (node instanceof tf.Tensor) {
      const leaf = tf.variable(node);
      node.dispose();
      variables.set(path, leaf);
      return leaf;
    }
    if (Array.isArray(node)) return node.map((child, i) => variable(child, `${path}.${i}`));
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, variable(child, `${path}.${key}`)]));
  };
  const encoder = variable(tinyEncoder(2), 'encoder') as EncoderWeights;
  const head = variable({ kernel: tf.zeros([16, 2]) }, 'head') as { kernel: tf.Tensor2D };
  return {
    variables,
    rowsRead: (batch) =>
      new Map([['encoder.embeddings.word', Int32Array.from(new Set(batch.flatMap(({ ids }) => ids))).sort()]]),
    logits: (batch, pass) => {
      const { hidden } = encode(encoder, batch, { ...pass, wanted: 'survivors' });
      return tf.matMul(tf.reshape(tf.slice(hidden, [0, 0, 0], [-1, 1, -1]), [batch.length, 16]), head.kernel);
    },
    taskLoss: (logits, batch) =>
      crossEntropy(
        logits,
        batch.map(({ label }) => label),
      ),
    distillationLoss: (teacher, student, _, options) => klDivergence(teacher, student, options),
    dispose: () => tf.dispose([...variables.values()]),
  };
};

const options: TrainOptions = {
  epochs: 3,
  learningRate: 0.01,
  seed: 4,
  lengthDrop: { layers: 3, dropRatioBound: 0.3, layerDrop: 0.1 },
  dropout: { hidden: 0.1, attention: 0.1 },
};

const runTraining = async (more: Partial<TrainOptions> = {}) => {
  const model = tinyModel();
  const result = await train(tensorEngine(model), batches, { ...options, ...more });
  const weights = [...model.variables.values()].map((variable) => Array.from(variable.dataSync()));
  model.dispose();
  return { ...result, weights };
};

describe('train', () => {
  beforeAll(() => useTestBackend('wasm'));

  test('learns with LengthDrop, and the same seed gives the same losses', async () => {
    await expectNoLeak(async () => {
      const taskLosses: number[] = [];
      const { losses } = await runTraining({ onStep: ({ taskLoss }) => taskLosses.push(taskLoss) });
      expect(losses).toHaveLength(36);
      const mean = (part: readonly number[]) => part.reduce((sum, loss) => sum + loss, 0) / part.length;
      expect(mean(taskLosses.slice(-6))).toBeLessThan(0.8 * mean(taskLosses.slice(0, 6)));
      expect((await runTraining()).losses).toEqual(losses);
      expect((await runTraining({ seed: 5 })).losses).not.toEqual(losses);
    });
  });

  test('a run that was stopped and resumed has the very same losses, weights and best epoch', async () => {
    const evaluate = (epoch: number) => Promise.resolve({ full: epoch === 1 ? 0.9 : 0.5, reduced: 0.5 });
    const whole = await runTraining({ evaluate });
    expect(whole.best).toEqual({ epoch: 1, evaluation: { full: 0.9, reduced: 0.5 } });

    for (const stopAfter of [5, 12, 30]) {
      let saved: TrainerState | undefined;
      const stop = new AbortController();
      const stopped: number[] = [];
      const first = runTraining({
        evaluate,
        signal: stop.signal,
        onStep: ({ step, loss }) => {
          stopped.push(loss);
          if (step === stopAfter) stop.abort();
        },
        onCheckpoint: (state) => {
          saved = structuredClone(state);
          return Promise.resolve();
        },
      });
      await expect(first).rejects.toMatchObject({ code: 'ABORTED' });
      const rest = await runTraining({ evaluate, resume: saved });
      expect([...stopped, ...rest.losses]).toEqual(whole.losses);
      expect(rest.weights).toEqual(whole.weights);
      expect(rest.best).toEqual(whole.best);
    }
  });

  test('a signal during an evaluation saves the run, and the evaluation is run again', async () => {
    const evaluate = (epoch: number) => Promise.resolve({ full: epoch, reduced: 0 });
    const whole = await runTraining({ evaluate });
    let saved: TrainerState | undefined;
    const stop = new AbortController();
    const first = runTraining({
      signal: stop.signal,
      evaluate: (epoch) => {
        if (epoch < 1) return evaluate(epoch);
        stop.abort();
        return Promise.reject(new Error('cut short'));
      },
      onCheckpoint: (state) => {
        saved = structuredClone(state);
        return Promise.resolve();
      },
    });
    await expect(first).rejects.toMatchObject({ code: 'ABORTED' });
    expect(saved).toMatchObject({ step: 24, epochsDone: 1 });
    const rest = await runTraining({ evaluate, resume: saved });
    expect(rest.weights).toEqual(whole.weights);
    expect(rest.best).toEqual(whole.best);
  });

  test('the weights of the best epoch are put back', async () => {
    const first = await runTraining({ epochs: 3, evaluate: (epoch) => Promise.resolve({ full: -epoch, reduced: 0 }) });
    let atFirst: TrainerState | undefined;
    await runTraining({
      checkpointEvery: 12,
      onCheckpoint: (state) => {
        atFirst ??= structuredClone(state);
        return Promise.resolve();
      },
    });
    expect(atFirst?.step).toBe(12);
    expect(first.weights).toEqual([...(atFirst?.weights.values() ?? [])].map((values) => Array.from(values)));
  });

  test('accumulating halves of a batch equals the whole batch without dropout', async () => {
    const model = tinyModel();
    const halves = (epoch: number) => batches(epoch).flatMap((batch) => [batch.slice(0, 2), batch.slice(2)]);
    const plain = { epochs: 1, learningRate: 0.01, seed: 1 };
    const accumulated = await train(tensorEngine(model), halves, { ...plain, accumulate: 2 });
    model.dispose();
    const whole = await runTraining({ ...plain, lengthDrop: undefined, dropout: { hidden: 0, attention: 0 } });
    expect(accumulated.steps).toBe(12);
    accumulated.losses.forEach((loss, i) => expect(loss).toBeCloseTo(whole.losses[i] ?? Number.NaN, 4));
  });

  test('label loss on sub-models and the reference KL change the training', async () => {
    const { losses } = await runTraining({ epochs: 1 });
    expect((await runTraining({ epochs: 1, subModelLabelLoss: 1 })).losses[0]).toBeGreaterThan(losses[0] ?? 0);
    expect((await runTraining({ epochs: 1, direction: 'student-teacher' })).losses).not.toEqual(losses);
  });

  test('one configuration: every pass runs at it, on the task loss', async () => {
    const config = [0.6, 0.4, 0.3];
    const model = tinyModel();
    const passes: unknown[] = [];
    const watched = { ...model, logits: (batch: Example[], pass: TrainingPass) => {
      passes.push(pass.config);
      return model.logits(batch, pass);
    } }; // prettier-ignore
    const { losses } = await train(tensorEngine(watched), batches, { epochs: 1, learningRate: 0.01, config });
    model.dispose();
    expect(passes).toEqual(losses.map(() => config));
    await expect(runTraining({ config })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });

  test('weights are held within bounds', async () => {
    const { weights } = await runTraining({
      epochs: 1,
      constrain: (values) =>
        values.get('head.kernel')?.forEach((value, i, kernel) => (kernel[i] = Math.min(0.001, Math.max(0, value)))),
    });
    const head = weights.at(-1) ?? [];
    expect([Math.min(...head), Math.max(...head)]).toEqual([0, Math.fround(0.001)]);
  });

  test('a loss that is not finite stops the run', async () => {
    await expect(runTraining({ learningRate: 1e30 })).rejects.toMatchObject({ code: 'DIVERGED' });
  });

  test('a state of another model is refused', async () => {
    const resume = {
      step: 1,
      epochsDone: 0,
      weights: new Map(),
      optimizer: { updates: 0, first: new Map(), second: new Map() },
    };
    await expect(runTraining({ resume })).rejects.toMatchObject({ code: 'STATE_INVALID' });
  });
});
