import type { Gradients, Sandwich, SandwichLosses, TrainingEngine } from '@length-adaptive/core';
import { createRandom, drawSandwich, fromAbsoluteLengths, tensorEngine } from '@length-adaptive/core';
import type { LabelledInput, Task } from '@length-adaptive/models';
import {
  choosePrior,
  createTaskModel,
  fineTune,
  multiLabelClassification,
  questionAnswering,
  regression,
  rerank,
  sequenceClassification,
  tokenClassification,
  trainable,
} from '@length-adaptive/models';
import { useWasm } from '@length-adaptive/core/wasm';
import * as tf from '@tensorflow/tfjs';
import * as fc from 'fast-check';
import { largestDifference } from '../testing/differences.js';
import { goldenFamilies, openGolden } from '../testing/golden.js';
import { trainedConfig as config } from '../testing/trained-config.js';
import { onnxTrainingEngine } from './onnx-engine.js';

type Batch = readonly LabelledInput[];

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

const randomBatch = (seed: number, { name, readout: { outputs } }: Task, rows = 5): LabelledInput[] => {
  const random = createRandom(seed);
  const targetOf = (length: number): LabelledInput['target'] => {
    if (name === 'regression') return random.normal();
    if (name === 'rerank') return random.uniform();
    if (name === 'multi-label-classification') return Array.from({ length: outputs }, () => random.integer(0, 1));
    if (name === 'question-answering') return [random.integer(0, length - 1), random.integer(0, length - 1)];
    if (name === 'token-classification') return Array.from({ length }, () => random.integer(-1, outputs - 1));
    return random.integer(0, outputs - 1);
  };
  return Array.from({ length: rows }, () => {
    const ids = Array.from({ length: random.integer(1, 24) }, () => random.integer(0, 59));
    const typeIds = ids.map((_, token) => (2 * token > ids.length ? 1 : 0));
    return { input: { ids, typeIds }, target: targetOf(ids.length) };
  });
};

const stepOf = async (
  engine: TrainingEngine<Batch>,
  batch: Batch,
  sandwich: Sandwich,
  options: Parameters<typeof engine.step>[3],
): Promise<{ losses: SandwichLosses; gradients: Gradients }> => {
  const gradients: Gradients = new Map();
  return { losses: await engine.step(batch, sandwich, gradients, options), gradients };
};

test.each(goldenFamilies)(
  'one sandwich step of %s: the golden losses and the golden gradient of every parameter',
  async (family) => {
    const golden = openGolden(family);
    const model = golden.model();
    const engine = await onnxTrainingEngine(model);
    const labels = golden.rows('train.labels'); // of each input one, or those of all its tokens
    const targetOf = (row: number) => (labels.length > 1 ? labels[row] : labels[0]?.[row]) ?? 0;
    const batch = golden.inputs.map((input, row) => ({ input, target: targetOf(row) }));
    const reduced = golden.rows('train.length_configs').map((row) => ({ config: fromAbsoluteLengths(row, 16) }));
    const { losses, gradients } = await stepOf(engine.training, batch, { full: {}, reduced }, {});
    await engine.release();

    expect(losses.taskLoss).toBeCloseTo(golden.numbers('train.task_loss')[0] ?? Number.NaN, 4);
    expect(losses.loss).toBeCloseTo(golden.numbers('train.loss')[0] ?? Number.NaN, 4);
    expect(largestDifference(losses.distillationLosses, golden.numbers('train.kl_losses'))).toBeLessThan(1e-4);
    for (const { spec, variable } of model.parameters) {
      const { values, rows } = gradients.get(spec.name) ?? { values: new Float32Array(0) };
      const whole = new Float32Array(variable.size);
      const width = variable.shape.at(-1) ?? 1;
      if (rows) rows.forEach((row, i) => whole.set(values.subarray(i * width, (i + 1) * width), row * width));
      else whole.set(values);
      const [outputs = 0, ins = 0] = spec.shape;
      const inFileLayout = spec.transposed
        ? whole.map((_, i) => whole[(i % ins) * outputs + Math.floor(i / ins)] as number)
        : whole;
      expect(largestDifference(inFileLayout, golden.numbers(`train.grad.${spec.name}`))).toBeLessThan(1e-4);
    }
    model.dispose();
  },
);

const distilbertConfig = {
  model_type: 'distilbert',
  vocab_size: 60,
  dim: 24,
  n_layers: 3,
  n_heads: 2,
  hidden_dim: 40,
  max_position_embeddings: 24,
  initializer_range: 0.15,
};

const modernConfig = { ...config, model_type: 'modernbert', local_attention: 6, global_attn_every_n_layers: 2 };
const debertaConfig = {
  ...config,
  model_type: 'deberta-v2',
  relative_attention: true,
  position_buckets: 6,
  pos_att_type: 'c2p|p2c',
  share_att_key: true,
  norm_rel_ebd: 'layer_norm',
  position_biased_input: false,
};
const mobileConfig = {
  ...config,
  model_type: 'mobilebert',
  embedding_size: 6,
  intra_bottleneck_size: 8,
  num_feedforward_networks: 3,
  hidden_act: 'relu',
};
const funnelConfig = {
  model_type: 'funnel',
  vocab_size: 60,
  d_model: 24,
  n_head: 2,
  d_head: 12,
  d_inner: 40,
  block_sizes: [1, 2],
  max_position_embeddings: 24,
  initializer_range: 0.15,
};
const robertaConfig = { ...config, model_type: 'roberta', max_position_embeddings: 26, type_vocab_size: 1 };

describe.each([
  { task: sequenceClassification(['a', 'b', 'c']), config },
  { task: sequenceClassification(['a', 'b', 'c']), config: robertaConfig },
  { task: questionAnswering(), config: robertaConfig },
  { task: tokenClassification(['O', 'B-x', 'I-x']), config: robertaConfig },
  { task: sequenceClassification(['a', 'b', 'c']), config: { ...robertaConfig, model_type: 'mpnet' } },
  { task: tokenClassification(['O', 'B-x', 'I-x']), config: { ...robertaConfig, model_type: 'mpnet' } },
  { task: regression(), config: { ...config, model_type: 'electra', embedding_size: 12 } },
  { task: questionAnswering(), config: { ...config, model_type: 'albert', embedding_size: 12, num_hidden_groups: 2 } },
  { task: sequenceClassification(['a', 'b']), config: modernConfig },
  { task: sequenceClassification(['a', 'b']), config: { ...modernConfig, classifier_pooling: 'mean' } },
  { task: questionAnswering(), config: modernConfig },
  { task: tokenClassification(['O', 'B-x', 'I-x']), config: debertaConfig },
  { task: sequenceClassification(['a', 'b']), config: { ...debertaConfig, share_att_key: false, pos_att_type: 'p2c' } },
  {
    task: sequenceClassification(['a', 'b']),
    config: { ...config, model_type: 'new', rope_scaling: { type: 'ntk', factor: 2 } },
  },
  { task: sequenceClassification(['a', 'b']), config: mobileConfig },
  { task: tokenClassification(['O', 'B-x', 'I-x']), config: { ...mobileConfig, use_bottleneck_attention: true, normalization_type: 'layer_norm', hidden_dropout_prob: 0.1 } }, // prettier-ignore
  { task: sequenceClassification(['a', 'b']), config: funnelConfig },
  { task: regression(), config: { ...funnelConfig, block_sizes: [1, 1], block_repeats: [2, 1] } },
  { task: questionAnswering(), config: funnelConfig },
  { task: tokenClassification(['O', 'B-x', 'I-x']), config: { ...funnelConfig, block_sizes: [1, 1, 1], num_decoder_layers: 1 } }, // prettier-ignore
  { task: sequenceClassification(['a', 'b']), config: distilbertConfig },
  { task: multiLabelClassification(['a', 'b', 'c']), config },
  { task: multiLabelClassification(['a']), config: distilbertConfig },
  { task: regression(), config },
  { task: rerank(), config },
  { task: questionAnswering(), config },
  { task: tokenClassification(['O', 'B-x', 'I-x']), config: distilbertConfig },
  { task: sequenceClassification(['a', 'b']), config: { ...config, hidden_act: 'gelu_new' } },
  { task: sequenceClassification(['a', 'b']), config: { ...config, hidden_act: 'relu' } },
  { task: tokenClassification(['O', 'B-x', 'I-x']), config: { ...config, hidden_act: 'silu' } },
  { task: sequenceClassification(['a', 'b']), config: { ...distilbertConfig, activation: 'quick_gelu' } },
])(
  '$task.name with $config.model_type ($config.hidden_act$config.activation$config.classifier_pooling$config.pos_att_type)',
  ({ task, config }) => {
    test('losses and gradients of random steps, and of one at a single configuration, are those of TensorFlow.js', async () => {
      const prior = choosePrior(undefined, undefined, task);
      const model = createTaskModel(config, new Map(), { fresh: true, task, prior });
      const reference = tensorEngine(trainable(model));
      const engine = await onnxTrainingEngine(model, { threads: 1 });
      const arbitrary = fc.record({
        seed: fc.nat(1e6),
        dropRatioBound: fc.constantFrom(0.1, 0.3, 0.5),
        layerDrop: fc.constantFrom(0, 0.4),
        subModelLabelLoss: fc.constantFrom(0, 0.5),
        kl: fc.constantFrom({}, { temperature: 2 }, { temperature: 3, direction: 'student-teacher' as const }),
      });
      await fc.assert(
        fc.asyncProperty(arbitrary, async ({ seed, dropRatioBound, layerDrop, subModelLabelLoss, kl }) => {
          const batch = randomBatch(seed, task);
          const sandwich = drawSandwich(
            { layers: 3, dropRatioBound, layerDrop, randomSubModels: 1 },
            createRandom(seed, 1),
          );
          const options = { ...kl, subModelLabelLoss };
          const theirs = await stepOf(reference, batch, sandwich, options);
          const ours = await stepOf(engine.training, batch, sandwich, options);
          expect(Math.abs(ours.losses.loss - theirs.losses.loss)).toBeLessThan(1e-4);
          for (const [name, { values, rows }] of ours.gradients) {
            const expected = theirs.gradients.get(name);
            // A layer that LayerDrop skipped everywhere has no gradient here, and one of zeros there.
            expect(rows).toEqual(expected?.rows);
            expect(largestDifference(values, expected?.values ?? [])).toBeLessThan(1e-4);
          }
        }),
        { numRuns: 8, seed: 7 },
      );
      // The one pass of training for a single configuration.
      const batch = randomBatch(11, task);
      const single = { full: { config: [0.7, 0.5, 0.3] }, reduced: [] };
      const [theirs, ours] = [
        await stepOf(reference, batch, single, {}),
        await stepOf(engine.training, batch, single, {}),
      ];
      expect(Math.abs(ours.losses.loss - theirs.losses.loss)).toBeLessThan(1e-4);
      for (const [name, { values }] of ours.gradients)
        expect(largestDifference(values, theirs.gradients.get(name)?.values ?? [])).toBeLessThan(1e-4);
      await engine.release();
      model.dispose();
    });
  },
);

describe('fine-tuning', () => {
  const task = sequenceClassification(['a', 'b']);
  const examples = randomBatch(3, task, 24);
  const options = { epochs: 2, batchSize: 4, learningRate: 1e-3, lengthDrop: { dropRatioBound: 0.3 } };
  const fresh = () =>
    createTaskModel({ ...config, hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.1 }, new Map(), {
      fresh: true,
      task,
    });

  test('lowers the loss, gives the same losses for the same seed, and leaves the weights in the model', async () => {
    const run = async () => {
      const model = fresh();
      const engine = await onnxTrainingEngine(model, { threads: 1 });
      const { losses } = await fineTune(model, { train: examples }, { ...options, epochs: 8, engine });
      const inputs = examples.map(({ input }) => input);
      const [ours, theirs] = [
        await engine.runnable.run(inputs, { point: { lengths: [0.8, 0.6, 0.4] } }),
        await model.run(inputs, { point: { lengths: [0.8, 0.6, 0.4] } }),
      ];
      expect(largestDifference(ours, theirs)).toBeLessThan(1e-4);
      await engine.release();
      model.dispose();
      return losses;
    };
    const losses = await run();
    expect(await run()).toEqual(losses);
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(losses.slice(-6))).toBeLessThan(mean(losses.slice(0, 6)));
  });

  test('dropout changes the loss, and a run without it does not depend on the seed of its masks', async () => {
    const model = fresh();
    const engine = await onnxTrainingEngine(model, { threads: 1 });
    const lossWith = async (rate: number, seed: number): Promise<number> => {
      const dropout = () => ({ hidden: rate, attention: rate, random: createRandom(seed) });
      return (await stepOf(engine.training, examples.slice(0, 4), { full: {}, reduced: [] }, { dropout })).losses.loss;
    };
    expect(await lossWith(0.3, 1)).toBe(await lossWith(0.3, 1));
    expect(await lossWith(0.3, 1)).not.toBe(await lossWith(0.3, 2));
    expect(await lossWith(0, 1)).toBe(await lossWith(0, 2));
    await engine.release();
    model.dispose();
  });

  test('where tokens are taken two by two masks have their numbers, at the full length, with tokens dropped and layers left out', async () => {
    const dropout = () => ({ hidden: 0.3, attention: 0.3, random: createRandom(5) });
    const tagged = examples.slice(0, 4).map(({ input }) => ({ input, target: Array.from(input.ids, (id) => id % 2) }));
    for (const [read, batch] of [
      [task, examples.slice(0, 4)],
      [tokenClassification(['O', 'B-x']), tagged],
    ] as const) {
      const config = { ...funnelConfig, block_sizes: [1, 1, 1] };
      const model = createTaskModel(config, new Map(), { fresh: true, task: read });
      const engine = await onnxTrainingEngine(model, { threads: 1 });
      for (const reduced of [[], [{ config: [0.7, 0.5, 0.3] }], [{ config: [0.7, 0.5, 0.3], layers: [1, 2] }]])
        expect((await stepOf(engine.training, batch, { full: {}, reduced }, { dropout })).losses.loss).toBeGreaterThan(
          0,
        );
      await engine.release();
      model.dispose();
    }
  });

  test('what predicts in training is no model on TensorFlow.js: it tells its own positions, by the weights as they are', async () => {
    const model = fresh();
    const engine = await onnxTrainingEngine(model, { threads: 1 });
    const { runnable } = engine;
    expect(Object.keys(runnable)).not.toEqual(expect.arrayContaining(['kind']));
    for (const name of ['encoder', 'head', 'parameters', 'logits', 'initialised'])
      expect(runnable).not.toHaveProperty(name);
    const lengthConfig = [0.8, 0.6, 0.4];
    const { input } = examples.reduce((longest, one) =>
      one.input.ids.length > longest.input.ids.length ? one : longest,
    );
    const before = await runnable.keptPositions(input, { lengths: lengthConfig });
    expect(before).toEqual(await model.keptPositions(input, { lengths: lengthConfig }));

    // Word embeddings in another order: other tokens receive attention. TensorFlow.js knows nothing of it yet.
    const weights = await engine.training.readWeights();
    const changed = new Map([...weights].map(([name, values]) => [name, values.slice()]));
    changed.get(model.wordTable)?.reverse();
    engine.training.writeWeights(changed);
    const after = await runnable.keptPositions(input, { lengths: lengthConfig });
    expect(after).not.toEqual(before);
    expect(await model.keptPositions(input, { lengths: lengthConfig })).toEqual(before);
    expect(after.map((positions) => positions.length)).toEqual(before.map((positions) => positions.length));
    expect(runnable.macs(12, { lengths: lengthConfig })).toBe(model.macs(12, { lengths: lengthConfig }));

    runnable.dispose();
    await expect(runnable.keptPositions(input, { lengths: lengthConfig })).rejects.toMatchObject({ code: 'DISPOSED' });
    expect(await model.keptPositions(input, { lengths: lengthConfig })).toEqual(before); // the model is its owner's to dispose of
    model.dispose();
  });

  test('weights of another model are refused', async () => {
    const model = fresh();
    const engine = await onnxTrainingEngine(model);
    expect(() => engine.training.writeWeights(new Map())).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    await engine.release();
  });

  test('an engine that was released, twice, refuses steps and predictions by their code; a model that was disposed of has none', async () => {
    const model = fresh();
    const engine = await onnxTrainingEngine(model);
    await engine.release();
    await engine.release();
    const [input] = examples;
    await expect(stepOf(engine.training, examples.slice(0, 1), { full: {}, reduced: [] }, {})).rejects.toMatchObject({
      code: 'DISPOSED',
    });
    await expect(engine.runnable.run([input?.input ?? { ids: [2, 3] }])).rejects.toMatchObject({
      name: 'ModelError',
      code: 'DISPOSED',
    });
    model.dispose();
    await expect(onnxTrainingEngine(model)).rejects.toMatchObject({ code: 'DISPOSED' });
  });
});
