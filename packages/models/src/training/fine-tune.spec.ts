import { tensorEngine } from '@length-adaptive/core';
import type { TrainerState } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import * as tf from '@tensorflow/tfjs';
import type { LabelledInput } from '../tasks/labelled-input.js';
import { encodeExamples } from '../examples/encode-examples.js';
import { evaluate } from '../scoring/evaluate.js';
import type { FineTuneEngine, FineTuneOptions } from './fine-tune.js';
import { fineTune, trainable } from './fine-tune.js';
import type { TensorData } from '../weights/safetensors.js';
import { saveParameters } from '../architectures/parameters.js';
import type { TaskModel } from '../model/task-model.js';
import { tinyExamples, tinyModel } from '../testing/tiny-model.js';

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

const options: FineTuneOptions = {
  epochs: 2,
  batchSize: 8,
  learningRate: 3e-3,
  seed: 1,
  metric: 'probability',
  lengthDrop: { dropRatioBound: 0.3 },
};
const weightsOf = (model: TaskModel): Promise<Map<string, TensorData>> => saveParameters(model.parameters);

interface Run {
  readonly model: TaskModel;
  readonly data: { readonly train: readonly LabelledInput[]; readonly dev: readonly LabelledInput[] };
  /** Holds the same weights as the model, and is no part of it. */
  readonly second: TaskModel;
}

const withModels = async (run: (given: Run) => Promise<void>): Promise<void> => {
  const [{ model, tokenizer }, { model: second }] = await Promise.all([tinyModel(), tinyModel()]);
  const train = encodeExamples(tokenizer, model.task, tinyExamples(32));
  await run({ model, second, data: { train, dev: train.slice(0, 8) } });
  model.dispose();
  second.dispose();
};

test('it says how far it is with the dev examples, at the full and at the smallest lengths', async () => {
  await withModels(async ({ model, data }) => {
    const seen: string[] = [];
    await fineTune(model, data, { ...options, onScoring: (done, of) => done === of && seen.push(`${done} of ${of}`) });
    expect(seen).toEqual(Array.from({ length: 2 * 2 }, () => '8 of 8')); // two epochs
  });
});

describe('an engine that trains weights of its own', () => {
  const engineOf = (second: TaskModel, scores: boolean): FineTuneEngine => ({
    training: tensorEngine(trainable(second)),
    ...(scores && { runnable: second }),
  });
  let plain: { readonly result: Awaited<ReturnType<typeof fineTune>>; readonly weights: Map<string, TensorData> };
  beforeAll(() =>
    withModels(async ({ model, data }) => {
      plain = { result: await fineTune(model, data, options), weights: await weightsOf(model) };
      expect(plain.result).toMatchObject({
        steps: 8,
        best: { evaluation: { full: await evaluate(model, data.dev, { metric: 'probability' }) } },
      });
    }),
  );

  test.each([[true], [false]])(
    'gives the same losses, best epoch and final weights (scores its own epochs: %s)',
    async (scores) => {
      const before = tf.memory().numTensors;
      await withModels(async ({ model, second, data }) => {
        expect(await fineTune(model, data, { ...options, engine: engineOf(second, scores) })).toEqual(plain.result);
        expect(await weightsOf(model)).toEqual(plain.weights);
      });
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  test('an aborted run leaves its last weights in the model, and resumes to the same end', async () => {
    const stop = new AbortController();
    let saved: TrainerState | undefined;
    await withModels(async ({ model, second, data }) => {
      const first = fineTune(model, data, {
        ...options,
        engine: engineOf(second, true),
        signal: stop.signal,
        onStep: ({ step }) => {
          if (step === 3) stop.abort();
        },
        onCheckpoint: (state) => {
          saved = structuredClone(state);
          return Promise.resolve();
        },
      });
      await expect(first).rejects.toMatchObject({ code: 'ABORTED' });
      expect(saved?.step).toBe(3);
      expect(await tensorEngine(trainable(model)).readWeights()).toEqual(saved?.weights);
    });
    await withModels(async ({ model, second, data }) => {
      await fineTune(model, data, { ...options, engine: engineOf(second, true), resume: saved });
      expect(await weightsOf(model)).toEqual(plain.weights);
    });
  });

  test('an engine that breaks tells why, and the model keeps the weights it had', async () => {
    await withModels(async ({ model, second, data }) => {
      const before = await weightsOf(model);
      let broken = false;
      const training: FineTuneEngine['training'] = {
        ...tensorEngine(trainable(second)),
        readWeights: () => (broken ? Promise.reject(new Error('gone')) : tensorEngine(trainable(second)).readWeights()),
        step: () => {
          broken = true;
          return Promise.reject(new Error('out of memory'));
        },
      };
      await expect(fineTune(model, data, { ...options, engine: { training } })).rejects.toThrow('out of memory');
      expect(await weightsOf(model)).toEqual(before);
    });
  });
});
