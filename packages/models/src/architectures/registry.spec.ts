import type { ModelConfig } from '../model-config.js';
import { configFor, taskOf } from '../task-config.js';
import { architectureOf } from './registry.js';
import { tinyBertShapes } from './tinybert.js';

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
  expect(() => architectureOf({ model_type: 'roberta', ...shapes })).toThrow(/model_type "roberta" is not supported; known: bert, distilbert, tinybert/);
  expect(() => architectureOf({})).toThrow(expect.objectContaining({ code: 'ARCHITECTURE_UNKNOWN' }));
});

test('a TinyBERT is written as the BERT it is', () => {
  const config: ModelConfig = { ...shapes, emb_size: 312 };
  expect(configFor(config, architectureOf(config), taskOf(config))).toMatchObject({ model_type: 'bert', architectures: ['BertForSequenceClassification'] });
});

test.each([
  ['BertForQuestionAnswering', {}, 'question-answering'],
  ['DistilBertForTokenClassification', { id2label: { 0: 'O', 1: 'B-x' } }, 'token-classification'],
  ['BertModel', { num_labels: 1 }, 'regression'],
  ['BertForSequenceClassification', { id2label: { 0: 'a', 1: 'b' } }, 'sequence-classification'],
])('the class %s with %j is of %s', (className, more, name) => {
  expect(taskOf({ architectures: [className], ...more }).name).toBe(name);
});

test('heads that are not implemented are refused', () => {
  expect(() => taskOf({ architectures: ['BertForMultipleChoice'] })).toThrow(/ForMultipleChoice is not supported; known: ForSequenceClassification/);
  expect(() => taskOf({ problem_type: 'multi_label_classification' })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
});
