import * as tf from '@tensorflow/tfjs';
import type { ModelConfig } from './model-config.js';
import { readModelDirectory } from '../folder/model-directory.js';
import { openDeferredModel } from '../model/open-deferred-model.js';
import { openModel, openTrainedModel, saveModel } from '../model/open-model.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { memorySource, tinyConfig, tinyFiles } from '../testing/tiny-model.js';
import { configFor, taskOf } from '../tasks/task-config.js';
import { questionAnswering } from '../tasks/question-answering.js';
import { tokenClassification } from '../tasks/token-classification.js';
import type { Architecture } from './architecture.js';
import { bert } from './bert.js';
import type { SpecTree } from './parameter-specs.js';
import { architectureNames, architectureOf, registerArchitecture } from './registry.js';
import { fitDense } from './companions.js';
import { tinyBertShapes } from './tinybert.js';

const folder = temporaryFolder();
beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
});

const shapes = { vocab_size: 30_522, max_position_embeddings: 512, ...tinyBertShapes['4L-312'] };

test.each<[string, ModelConfig, string]>([
  ['BERT', { model_type: 'bert' }, 'bert'],
  ['DistilBERT', { model_type: 'distilbert' }, 'distilbert'],
  ['a BERT that names no family', shapes, 'bert'],
  ['a TinyBERT that names no family', { ...shapes, emb_size: 312, cell: {} }, 'tinybert'],
])('%s', (_, config, modelType) => {
  expect(architectureOf(config).modelType).toBe(modelType);
});

test('an unknown family is an error that lists the known ones', () => {
  expect(() => architectureOf({ model_type: 'XLM_roberta_xl', ...shapes })).toThrow(
    /model_type "XLM_roberta_xl" is not supported \(nearest by name: "xlm-roberta"\); known: bert, distilbert, tinybert, mobilebert, roberta, xlm-roberta, camembert, mpnet, electra, albert, modernbert, deberta-v2, funnel, nomic_bert, new, gte, vit, deit, clip, clip_vision_model, clip_text_model/,
  );
  expect(() => architectureOf({ model_type: 'XLM_roberta_xl' })).toThrow(
    /Take a model of one of these families.*set "model_type"/,
  );
  expect(() => architectureOf({ hidden_size: 32 })).toThrow(
    expect.objectContaining({
      code: 'ARCHITECTURE_UNKNOWN',
      message: expect.stringMatching(
        /no "model_type", and not all of a BERT's hidden_size, num_hidden_layers.*known: bert, distilbert, tinybert, mobilebert, roberta, xlm-roberta, camembert, mpnet, electra, albert, modernbert, deberta-v2, funnel, nomic_bert, new, gte, vit, deit, clip, clip_vision_model, clip_text_model\. Take a model/,
      ),
    }),
  );
});

const bertConfig: ModelConfig = { model_type: 'bert', ...shapes };
const distilbertConfig: ModelConfig = {
  model_type: 'distilbert',
  n_layers: 2,
  dim: 32,
  n_heads: 4,
  hidden_dim: 64,
  vocab_size: 40,
  max_position_embeddings: 32,
};

test.each<[ModelConfig, RegExp]>([
  [
    { ...bertConfig, hidden_size: 32, num_attention_heads: 5 },
    /"hidden_size" is 32 and "num_attention_heads" is 5; expected a width that the heads divide evenly/,
  ],
  [{ ...bertConfig, num_hidden_layers: 2.5 }, /"num_hidden_layers" is 2\.5; expected a whole number from 1/],
  [{ ...bertConfig, intermediate_size: -1 }, /"intermediate_size" is -1/],
  [{ ...bertConfig, type_vocab_size: 0 }, /"type_vocab_size" is 0/],
  [{ ...bertConfig, vocab_size: '40' }, /"vocab_size" is "40"; expected a number/],
  [{ ...distilbertConfig, n_heads: 5 }, /"dim" is 32 and "n_heads" is 5/],
  [{ ...distilbertConfig, n_layers: 0 }, /"n_layers" is 0/],
])('sizes that no encoder has are refused (%#)', (config, message) => {
  expect(() => architectureOf(config).dimensions(config)).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) }),
  );
});

test.each<[string, ModelConfig]>([
  ['BERT', { ...bertConfig, type_vocab_size: 3, hidden_act: 'relu', layer_norm_eps: 1e-5, initializer_range: 0.1 }],
  ['DistilBERT', { ...distilbertConfig, activation: 'gelu_new', dropout: 0.2, attention_dropout: 0.3 }],
])('what a %s writes of its sizes is what it reads', (_, config) => {
  const { dimensions, config: configOf } = architectureOf(config);
  const written = configOf(dimensions(config));
  expect(written).toMatchObject(config);
  expect(architectureOf(written).dimensions(written)).toEqual(dimensions(config));
});

test.each<[keyof typeof tinyBertShapes, number, number, number]>([
  ['4L-312', 4, 312, 1200],
  ['6L-768', 6, 768, 3072],
])('the names and shapes of TinyBERT %s, as its authors published it', (shape, layers, width, inner) => {
  const config: ModelConfig = {
    ...tinyBertShapes[shape],
    vocab_size: 30_522,
    max_position_embeddings: 512,
    type_vocab_size: 2,
    hidden_act: 'gelu',
    emb_size: width,
    cell: {},
    structure: [],
  };
  const architecture = architectureOf(config);
  expect(architecture.modelType).toBe('tinybert');
  const dimensions = architecture.dimensions(config);
  expect(dimensions).toMatchObject({
    layers,
    hiddenSize: width,
    intermediateSize: inner,
    heads: 12,
    vocabulary: 30_522,
    positions: 512,
    types: 2,
  });
  const { embeddings, blocks } = architecture.encoder(dimensions);
  expect(embeddings.word).toMatchObject({ name: 'bert.embeddings.word_embeddings.weight', shape: [30_522, width] });
  expect(blocks).toHaveLength(layers);
  expect(blocks.at(-1)?.attention.query).toMatchObject({
    kernel: { name: `bert.encoder.layer.${layers - 1}.attention.self.query.weight`, shape: [width, width] },
  });
  expect(blocks.at(-1)?.feedForward.intermediate).toMatchObject({
    kernel: { name: `bert.encoder.layer.${layers - 1}.intermediate.dense.weight`, shape: [inner, width] },
  });
  expect(fitDense(dimensions, 768).kernel).toMatchObject({ name: 'fit_dense.weight', shape: [768, width] });
});

test('a TinyBERT is written as the BERT it is', () => {
  const config: ModelConfig = { ...shapes, emb_size: 312 };
  expect(configFor(config, architectureOf(config), taskOf(config))).toMatchObject({
    model_type: 'bert',
    architectures: ['BertForSequenceClassification'],
  });
});

test.each([
  ['BertForQuestionAnswering', {}, 'question-answering'],
  ['DistilBertForTokenClassification', { id2label: { 0: 'O', 1: 'B-x' } }, 'token-classification'],
  ['BertModel', { num_labels: 1 }, 'regression'],
  ['BertForSequenceClassification', { id2label: { 0: 'a', 1: 'b' } }, 'sequence-classification'],
])('the class %s with %j is of %s', (className, more, name) => {
  expect(taskOf({ architectures: [className], ...more }).name).toBe(name);
});

test('another head takes the number of labels of the old one with it', () => {
  const config: ModelConfig = { ...bertConfig, num_labels: 5, id2label: { 0: 'a' }, label2id: { a: 0 } };
  const written = configFor(config, architectureOf(config), tokenClassification(['O', 'B-x']));
  expect(written).toMatchObject({ id2label: { 0: 'O', 1: 'B-x' } });
  expect(written).not.toHaveProperty('num_labels');
  expect(configFor(config, architectureOf(config), questionAnswering())).not.toHaveProperty('num_labels');
});

test('heads that are not implemented are refused', () => {
  expect(() => taskOf({ architectures: ['BertForMultipleChoice'] })).toThrow(
    /ForMultipleChoice is not supported; known: ForSequenceClassification/,
  );
  expect(() => taskOf({ problem_type: 'ranking' })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
});

describe('models of code of their own', () => {
  const auto_map = { AutoConfig: 'configuration_new.NewConfig', AutoModel: 'someone/new-impl--modeling_new.NewModel' };

  test.each<[what: string, config: ModelConfig]>([
    ['of an unknown family', { model_type: 'modern_bert', auto_map }],
    ['of a known family whose class is another', { ...tinyConfig, architectures: ['JinaBertForMaskedLM'], auto_map }],
  ])('%s are refused by the name of that code, with what is supported', (_, config) => {
    expect(() => architectureOf(config)).toThrow(
      expect.objectContaining({
        code: 'ARCHITECTURE_UNKNOWN',
        message: expect.stringMatching(
          /auto_map: someone\/new-impl--modeling_new\.NewModel.*nearest by name: "(modernbert|bert)".*known: bert,/,
        ),
      }),
    );
  });

  test('of a known family that came with code first are those of the family', () => {
    const config = { model_type: 'nomic_bert', architectures: ['NomicBertModel'], auto_map };
    expect(architectureOf(config).modelType).toBe('nomic_bert');
    expect(architectureOf({ model_type: 'new', architectures: ['NewModel'], auto_map }).modelType).toBe('new');
    expect(architectureOf({ ...tinyConfig, auto_map: { AutoTokenizer: ['tokenization_a.A', null] } }).modelType).toBe(
      'bert',
    );
  });
});

describe("a family of one's own", () => {
  /** Names of tensors that begin with `toy.` where BERT's begin with `bert.`. */
  const renamed = <T>(specs: SpecTree<T>): SpecTree<T> =>
    JSON.parse(JSON.stringify(specs).replaceAll('"bert.', '"toy.')) as SpecTree<T>;
  const toy: Architecture = {
    ...bert,
    modelType: 'toy-bert',
    classPrefix: 'ToyBert',
    prefix: 'toy.',
    config: (dimensions) => ({ ...bert.config(dimensions), model_type: 'toy-bert' }),
    encoder: (dimensions) => renamed(bert.encoder(dimensions)),
    head: (dimensions, task) => renamed(bert.head(dimensions, task)),
  };

  test('is opened by its model_type once it is registered, saved, and opened again without TensorFlow.js', async () => {
    const config = { ...tinyConfig, model_type: 'toy-bert' };
    expect(() => architectureOf(config)).toThrow(/model_type "toy-bert" is not supported.*registerArchitecture/);
    const before = architectureNames();
    registerArchitecture(toy);
    registerArchitecture(toy); // the same again is nothing new
    expect(architectureNames()).toEqual([...before, 'toy-bert']);
    expect(architectureOf(config)).toBe(toy);

    const text = await openModel(memorySource(await tinyFiles(config)));
    expect(text.model.config).toMatchObject({
      model_type: 'toy-bert',
      architectures: ['ToyBertForSequenceClassification'],
    });
    await saveModel(folder, text);
    const { tensors } = await readModelDirectory(folder);
    expect([...tensors.keys()].filter((name) => !name.startsWith('toy.')).sort()).toEqual([
      'classifier.bias',
      'classifier.weight',
    ]);
    const again = await openTrainedModel(folder);
    const inputs = [{ ids: [2, 5, 6, 3] }];
    expect(await again.model.run(inputs)).toEqual(await text.model.run(inputs));
    const deferred = await openDeferredModel(folder);
    expect(deferred.model.architecture).toBe(toy);
    await deferred.close();
    for (const { model } of [text, again]) model.dispose();
  });

  test.each<[string, Architecture, RegExp]>([
    ['another definition of the same name', { ...toy }, /There is a family "toy-bert" already/],
    ['a name of this package', { ...toy, modelType: 'bert' }, /There is a family "bert" already/],
    ['no name', { ...toy, modelType: '' }, /no modelType; expected the "model_type" of its config\.json/],
  ])('%s is refused', (_, architecture, message) => {
    registerArchitecture(toy);
    expect(() => registerArchitecture(architecture)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringMatching(message) }),
    );
  });
});
