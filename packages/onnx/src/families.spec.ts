/** Every family with every task: from a folder with its kind of tokenizer to answers of both engines at any length. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  attentionReducer,
  costParts,
  encode,
  fullLength,
  fuseReducer,
  poolReducer,
  tomeReducer,
} from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import type { ModelConfig, Task } from '@length-adaptive/models';
import {
  costOptionsOf,
  createTaskModel,
  createTokenizer,
  load,
  questionAnswering,
  saveModel,
  sequenceClassification,
  tokenClassification,
} from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import { exportGraph, hostModel } from './export-graph.js';
import { exportModel } from './export-model.js';
import { createOnnxModel } from './onnx-model.js';
import { loadOnnx } from './open-onnx.js';
import { readOnnxFile } from './read-file.js';
import { openBareEncoder } from './testing/bare-encoder.js';
import { largestDifference } from './testing/differences.js';
import { profiledMacs } from './testing/profiled-macs.js';
import { temporaryFolder } from './testing/temporary-folder.js';

const root = temporaryFolder();
const sizes: ModelConfig = {
  vocab_size: 1100,
  hidden_size: 24,
  num_hidden_layers: 3,
  num_attention_heads: 2,
  intermediate_size: 40,
  max_position_embeddings: 66,
  initializer_range: 0.3,
};
const funnel: ModelConfig & { readonly model_type: string } = {
  model_type: 'funnel',
  vocab_size: 1100,
  d_model: 24,
  n_head: 2,
  d_head: 12,
  d_inner: 40,
  block_sizes: [1, 2],
  max_position_embeddings: 64,
  initializer_range: 0.3,
};
const families: readonly (ModelConfig & { readonly model_type: string })[] = [
  { ...sizes, model_type: 'bert', pad_token_id: 1 },
  { ...sizes, model_type: 'roberta', type_vocab_size: 1, pad_token_id: 1 },
  { ...sizes, model_type: 'xlm-roberta', type_vocab_size: 1, pad_token_id: 1 },
  { ...sizes, model_type: 'camembert', type_vocab_size: 1, pad_token_id: 1 },
  { ...sizes, model_type: 'mpnet', pad_token_id: 1 },
  { ...sizes, model_type: 'electra', embedding_size: 16, pad_token_id: 1 },
  { ...sizes, model_type: 'albert', embedding_size: 16, num_hidden_groups: 1, pad_token_id: 1 },
  { ...sizes, model_type: 'modernbert', local_attention: 6, global_attn_every_n_layers: 2, pad_token_id: 1 },
  { ...sizes, model_type: 'modernbert', local_attention: 8, classifier_pooling: 'mean', pad_token_id: 1 },
  {
    ...sizes,
    model_type: 'deberta-v2',
    relative_attention: true,
    position_buckets: 6,
    pos_att_type: 'p2c|c2p',
    share_att_key: true,
    norm_rel_ebd: 'layer_norm',
    position_biased_input: false,
    type_vocab_size: 0,
    pad_token_id: 1,
  },
  { ...sizes, model_type: 'deberta-v2', relative_attention: true, pos_att_type: ['c2p'], pad_token_id: 1 },
  {
    model_type: 'nomic_bert',
    vocab_size: 1100,
    n_embd: 24,
    n_layer: 3,
    n_head: 2,
    n_inner: 40,
    n_positions: 64,
    initializer_range: 0.3,
    pad_token_id: 1,
  },
  {
    ...sizes,
    model_type: 'new',
    auto_map: { AutoModel: 'Alibaba-NLP/new-impl--modeling.NewModel' },
    rope_scaling: { type: 'ntk', factor: 2 },
    type_vocab_size: 1,
    pad_token_id: 1,
  },
  {
    ...sizes,
    model_type: 'mobilebert',
    embedding_size: 10,
    intra_bottleneck_size: 16,
    num_feedforward_networks: 3,
    initializer_range: 0.15, // nothing is normalised on the way
    pad_token_id: 1,
  },
  {
    ...sizes,
    model_type: 'mobilebert',
    embedding_size: 24,
    trigram_input: false,
    intra_bottleneck_size: 8,
    use_bottleneck_attention: true,
    num_feedforward_networks: 1,
    normalization_type: 'layer_norm',
    classifier_activation: false,
    pad_token_id: 1,
  },
  { ...sizes, model_type: 'gte', pack_qkv: false, type_vocab_size: 0, pad_token_id: 1 },
  { ...sizes, model_type: 'clip_text_model', eos_token_id: 2 }, // read at the token of the largest id
  { ...sizes, model_type: 'clip_text_model', eos_token_id: 7 },
  funnel,
  { ...funnel, block_sizes: [1, 1], block_repeats: [2, 1] },
  { ...funnel, architectures: ['FunnelForTokenClassification'], num_decoder_layers: 1 },
  { ...funnel, architectures: ['FunnelForTokenClassification'], block_sizes: [1, 1, 1] },
];
const reducers = [attentionReducer(), tomeReducer(), tomeReducer({ unmerge: 'own' }), poolReducer(), fuseReducer()];
const tasks: readonly Task[] = [
  sequenceClassification(['a', 'b', 'c']),
  questionAnswering(),
  tokenClassification(['O', 'B-x', 'I-x']),
];
const lines = JSON.parse(
  readFileSync(join(__dirname, '../../models/fixtures/subwords/lines.json'), 'utf8'),
) as readonly string[];
const texts = lines.slice(0, 14).map((line) => line.slice(0, 18));
const point = { lengths: [0.8, 0.6, 0.4] };

const tokenizerFiles = (kind: string) => ({
  'tokenizer.json': readFileSync(join(__dirname, '../../models/fixtures/subwords', kind, 'tokenizer.json')),
});

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

describe.each(families)('$model_type ($classifier_pooling$pos_att_type$block_repeats$architectures)', (config) => {
  const files = tokenizerFiles(config.model_type === 'roberta' ? 'byte-level-bpe' : 'unigram');
  const tokenizer = createTokenizer(files);
  const isLess = config.model_type === 'funnel' && config['architectures'] === undefined; // than came
  const wanted = isLess ? 'survivors' : 'all';
  const inputs = texts.map((text) => tokenizer.encode(text, undefined, { maxLength: 64 }));

  test.each(reducers)(
    'by $name $settings: a batch gives each row what it gets alone, and at the full length nothing leaves or returns',
    (reducer) => {
      const model = createTaskModel(config, new Map(), { fresh: true, seed: 5 });
      const statesOf = (rows: typeof inputs, lengths: readonly number[] | undefined): Float32Array =>
        tf.tidy(
          () => encode(model.encoder, rows, { config: lengths, reducer, wanted }).hidden.dataSync() as Float32Array,
        );
      const batch = statesOf(inputs, point.lengths);
      const width = batch.length / inputs.length;
      inputs.forEach((input, row) => {
        const alone = statesOf([input], point.lengths);
        const own = batch.subarray(row * width, row * width + alone.length);
        expect(largestDifference(own, alone)).toBeLessThan(1e-4);
      });
      expect(statesOf(inputs, fullLength(3))).toEqual(statesOf(inputs, undefined));
      model.dispose();
    },
  );

  test.each(reducers)(
    'by $name $settings: an exported encoder gives the states of TensorFlow.js, row by row',
    async (reducer) => {
      const model = createTaskModel(config, new Map(), { fresh: true, seed: 5, reducer });
      const bare = await openBareEncoder(model);
      const states = await bare.hidden(
        inputs,
        inputs.map(() => point.lengths),
      );
      const expected = tf.tidy(
        () =>
          encode(model.encoder, inputs, { config: point.lengths, reducer, wanted }).hidden.dataSync() as Float32Array,
      );
      expect(largestDifference(states, expected)).toBeLessThan(1e-4);
      await bare.release();
      model.dispose();
    },
  );

  test.each(tasks)('$name: whichever layers are left out, both engines answer the same', async (task) => {
    const model = createTaskModel(config, new Map(), { fresh: true, seed: 7, task });
    const bytes = exportGraph(await hostModel(model), { chooseLayers: true });
    const engine = await createOnnxModel(bytes, model.config);
    for (const skip of [[], [0], [1], [2], [1, 2]]) {
      const left = { ...point, skip };
      const expected = await model.run(inputs, { point: left });
      expect(largestDifference(await engine.run(inputs, { point: left }), expected)).toBeLessThan(1e-4);
    }
    await engine.release();
    model.dispose();
  });

  test('half and a quarter of the bytes give nearly the same answers', async () => {
    const model = createTaskModel(config, new Map(), { fresh: true, seed: 7, task: tasks[0] });
    const host = await hostModel(model);
    const expected = await model.run(inputs, { point });
    const size = Math.sqrt(expected.reduce((sum, value) => sum + value * value, 0) / expected.length);
    for (const [precision, share] of [
      ['fp16', 0.01],
      ['int8', 0.3],
    ] as const) {
      const engine = await createOnnxModel(exportGraph(host, { precision }), model.config);
      const answers = await engine.run(inputs, { point });
      const gaps = answers.reduce((sum, value, i) => sum + (value - (expected[i] ?? Number.NaN)) ** 2, 0);
      expect(Math.sqrt(gaps / answers.length) / size).toBeLessThan(share);
      await engine.release();
    }
    model.dispose();
  });

  test.each(tasks)('$name: ONNX Runtime multiplies what the cost counts', async (task) => {
    const model = createTaskModel(config, new Map(), { fresh: true, seed: 7, task });
    const { bytes } = readOnnxFile(exportGraph(await hostModel(model)));
    for (const [length, lengths] of [
      [33, point.lengths],
      [20, [1, 1, 1]],
    ] as const) {
      const run = await profiledMacs(bytes, { ids: new Int32Array(length) }, { config: lengths, layers: 3 });
      const { layerNorm, ...products } = costParts(
        model.dimensions,
        lengths,
        length,
        costOptionsOf(model.dimensions, model.task.readout),
      );
      expect(layerNorm).toBeGreaterThan(0);
      const mean = config['classifier_pooling'] === 'mean' && task.readout.pool === 'first' ? 24 * length : 0; // counts nothing
      expect(run - mean).toBe(Object.values(products).reduce((sum, macs) => sum + macs, 0));
    }
    model.dispose();
  });

  test.each(tasks)('$name: saved, opened, exported: both engines give the same answers', async (task) => {
    const folder = join(root, config.model_type, task.name);
    const model = createTaskModel(config, new Map(), { fresh: true, seed: 7, task });
    model.markTrained();
    const text = { model, tokenizer, tokenizerFiles: files, lengthAdaptive: undefined, notes: [] };
    await saveModel(folder, text);
    await exportModel(join(folder, 'onnx'), text, { precisions: ['fp32'], threads: 1 });
    const predictors = [await load(folder), await loadOnnx(folder), await loadOnnx(join(folder, 'onnx'))];
    const asked = task.name === 'question-answering' ? texts.map((context) => ['who?', context]) : texts;
    for (const options of [{}, { point }]) {
      const [expected, ...given] = await Promise.all(
        predictors.map((predictor) => predictor.predict(asked as readonly string[], { ...options, onError: 'throw' })),
      );
      for (const answers of given)
        expect(JSON.stringify(rounded(answers))).toBe(JSON.stringify(rounded(expected as readonly unknown[])));
    }
    for (const predictor of predictors) predictor.dispose();
    model.dispose();
  });
});

/** Answers without what depends on the engine, numbers to three places. */
const rounded = (answers: readonly unknown[]): unknown =>
  JSON.parse(
    JSON.stringify(answers, (key, value: unknown) =>
      key === 'ms' || key === 'latency' || key === 'engine'
        ? undefined
        : typeof value === 'number' && !Number.isInteger(value)
          ? Number(value.toFixed(2))
          : value,
    ),
  );
