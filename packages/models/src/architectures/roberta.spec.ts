import type { Readout } from './architecture.js';
import type { ModelConfig } from './model-config.js';
import { architectureOf } from './registry.js';

/** xlm-roberta-base, as its publishers describe it. */
const config: ModelConfig = {
  model_type: 'xlm-roberta',
  architectures: ['XLMRobertaForMaskedLM'],
  num_hidden_layers: 12,
  hidden_size: 768,
  num_attention_heads: 12,
  intermediate_size: 3072,
  vocab_size: 250_002,
  max_position_embeddings: 514,
  type_vocab_size: 1,
  hidden_act: 'gelu',
  layer_norm_eps: 1e-5,
  pad_token_id: 1,
};

const d = 768;
const map = (name: string, outputs: number, inputs: number): Record<string, readonly number[]> => ({
  [`${name}.weight`]: [outputs, inputs],
  [`${name}.bias`]: [outputs],
});
const norm = (name: string) => ({ [`${name}.weight`]: [d], [`${name}.bias`]: [d] });

/** The names and shapes in its checkpoint. */
const tensors: Readonly<Record<string, readonly number[]>> = {
  'roberta.embeddings.word_embeddings.weight': [250_002, d],
  'roberta.embeddings.position_embeddings.weight': [514, d],
  'roberta.embeddings.token_type_embeddings.weight': [1, d],
  ...norm('roberta.embeddings.LayerNorm'),
  ...Object.assign(
    {},
    ...Array.from({ length: 12 }, (_, layer) => {
      const at = `roberta.encoder.layer.${layer}`;
      return {
        ...map(`${at}.attention.self.query`, d, d),
        ...map(`${at}.attention.self.key`, d, d),
        ...map(`${at}.attention.self.value`, d, d),
        ...map(`${at}.attention.output.dense`, d, d),
        ...norm(`${at}.attention.output.LayerNorm`),
        ...map(`${at}.intermediate.dense`, 3072, d),
        ...map(`${at}.output.dense`, d, 3072),
        ...norm(`${at}.output.LayerNorm`),
      };
    }),
  ),
};

/** Every name and shape in a tree of specifications. */
const specified = (node: unknown): [string, readonly number[]][] => {
  if (typeof node !== 'object' || node === null) return [];
  if ('name' in node && 'shape' in node) return [[node.name as string, node.shape as readonly number[]]];
  return Object.values(node).flatMap(specified);
};

const architecture = architectureOf(config);
const dimensions = architecture.dimensions(config);

test('the sizes in its config.json: the rows before the first position are none that a token can have', () => {
  expect(dimensions).toMatchObject({ layers: 12, positions: 512, firstPosition: 2, types: 0, layerNormEpsilon: 1e-5 });
});

test.each(['roberta', 'xlm-roberta', 'camembert'])('what a %s writes of its sizes is what it reads', (name) => {
  const own = architectureOf({ model_type: name });
  const more = { ...config, model_type: name, type_vocab_size: 2, pad_token_id: 0 };
  const written = own.config(own.dimensions(more));
  expect(written).toMatchObject({
    model_type: name,
    max_position_embeddings: 514,
    type_vocab_size: 2,
    pad_token_id: 0,
  });
  expect(own.dimensions(written)).toEqual(own.dimensions(more));
});

test('a table with no row behind that of the padding token is refused', () => {
  expect(() => architecture.dimensions({ ...config, max_position_embeddings: 2 })).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/"max_position_embeddings" is 2; expected a whole number from 3/),
    }),
  );
});

test('every weight has a tensor in a published checkpoint, and every tensor is read', () => {
  expect(Object.fromEntries(specified(architecture.encoder(dimensions)))).toEqual(tensors);
});

test.each<[Readout, string[]]>([
  [{ pool: 'first', outputs: 3 }, ['classifier.dense.weight', 'classifier.out_proj.weight']],
  [{ pool: 'none', outputs: 3 }, ['classifier.weight']],
  [{ pool: 'none', outputs: 3, layer: 'qa_outputs' }, ['qa_outputs.weight']],
])('a head that reads %j is where its class has it', (readout, names) => {
  const head = specified(architecture.head(dimensions, readout)).filter(([name]) => name.endsWith('.weight'));
  expect(head.map(([name]) => name)).toEqual(names);
  expect(head.at(-1)?.[1]).toEqual([3, d]);
  for (const [name] of head) expect(architecture.headPrefixes.some((prefix) => name.startsWith(prefix))).toBe(true);
  expect(architecture.headDropout({ ...config, classifier_dropout: 0.3 }, readout)).toBe(
    readout.layer === 'qa_outputs' ? 0 : 0.3,
  );
});

test.each([
  ['roberta', 'RobertaForSequenceClassification'],
  ['xlm-roberta', 'XLMRobertaForSequenceClassification'],
  ['camembert', 'CamembertForSequenceClassification'],
])('%s has the class names of its own', (name, className) => {
  expect(`${architectureOf({ model_type: name }).classPrefix}ForSequenceClassification`).toBe(className);
});
