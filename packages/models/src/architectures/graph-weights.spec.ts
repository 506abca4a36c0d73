import type { TensorData } from '../weights/safetensors.js';
import type { GraphOrigin } from '../weights/onnx/graph-files.js';
import type { ModelWeights } from '../weights/read-weights.js';
import { placeGraphWeights } from './graph-weights.js';
import { architectureOf } from './registry.js';
import { specsIn, tensorNames } from './tensor-names-of.js';

const config = {
  model_type: 'bert',
  vocab_size: 7,
  hidden_size: 4,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 6,
  max_position_embeddings: 5,
};
const architecture = architectureOf(config);
const names = tensorNames(architecture.encoder(architecture.dimensions(config)));
const tensor = (shape: readonly number[], seed: number): TensorData => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, i) => seed + i),
  dtype: 'F32',
});
/** All tensors of the encoder; only those of the maps have their true shapes. */
const whole = new Map(names.map((name, i) => [name, tensor(name.endsWith('.bias') ? [4] : [4, 4], 100 * i)]));
const origin: GraphOrigin = {
  path: 'model.onnx',
  producer: 'some tool',
  operators: new Map([
    ['MatMul', 3],
    ['Softmax', 2],
    ['Einsum', 1],
  ]),
  unnamed: ['[4, 4]'],
  fused: [],
  added: [],
};
const weights = (tensors: ReadonlyMap<string, TensorData>, graph: Partial<GraphOrigin> = {}): ModelWeights => ({
  tensors,
  unread: new Map(),
  graph: { ...origin, ...graph },
});
const placed = (
  tensors: ReadonlyMap<string, TensorData>,
  graph: Partial<GraphOrigin> = {},
): ReadonlyMap<string, TensorData> => placeGraphWeights(config, weights(tensors, graph), 'source/model.onnx').tensors;
const renamed = (from: string, to: string): Map<string, TensorData> =>
  new Map([...whole].map(([name, value]) => [name.replace(from, to), value]));

test.each([
  ['those of the family', 'bert.'],
  ['without its prefix', ''],
  ['behind the name of a wrapper', '0.auto_model.'],
  ['behind the names of a wrapper and the family', 'encoder_model.bert.'],
])('names may be %s', (_, prefix) => {
  const found = placed(renamed('bert.', prefix));
  for (const [name, value] of whole) expect(found.get(name) ?? found.get(name.replace('bert.', ''))).toBe(value);
});

test('maps that stand as one are told apart, by the layer that reads them', () => {
  const together = (layer: number, parameter: string): TensorData => {
    const parts = ['query', 'key', 'value'].map((map) =>
      whole.get(`bert.encoder.layer.${layer}.attention.self.${map}.${parameter}`),
    );
    return {
      shape: [12, ...(parts[0]?.shape.slice(1) ?? [])],
      data: Float32Array.from(parts.flatMap((part) => [...(part?.data ?? [])])),
      dtype: 'F32',
    };
  };
  const fused = [1, 0].map((layer) => ({
    output: `encoder.layer.${layer}.attention.output.dense.weight`,
    weight: together(layer, 'weight'),
    bias: together(layer, 'bias'),
  }));
  const rest = new Map([...whole].filter(([name]) => !name.includes('attention.self')));
  expect(new Map([...placed(rest, { fused })].sort())).toEqual(new Map([...whole].sort()));
  expect(() => placed(rest, { fused: fused.slice(1) })).toThrow(
    /does not tell 6 of.*layer\.1\.attention\.self\.query\.weight/,
  );
});

test('queries of our own files are brought back from the scale of attention', () => {
  const scale = Math.SQRT2; // of heads that are 2 wide
  const found = placed(whole, { producer: 'length-adaptive' });
  for (const [name, { data }] of whole) {
    const expected = name.includes('self.query') ? data.map((value) => value * scale) : data;
    expect([name, found.get(name)?.data]).toEqual([name, expected]);
  }
});

test('what graphs add to queries is given back its name and taken out of the scale of attention', () => {
  const funnel = {
    model_type: 'funnel',
    vocab_size: 7,
    d_model: 8,
    n_head: 2,
    d_head: 4,
    d_inner: 6,
    block_sizes: [1],
  };
  const family = architectureOf(funnel);
  const specs = specsIn(family.encoder(family.dimensions(funnel)));
  const all = new Map(specs.map(({ name, shape, storedAs = shape }, i) => [name, tensor(storedAs, i)]));
  const at = 'funnel.encoder.blocks.0.0.attention.';
  const biases = ['r_w_bias', 'r_r_bias', 'r_s_bias'].map((name) => `${at}${name}`);
  const halved = (name: string): TensorData => {
    const found = all.get(name) ?? tensor([0], 0);
    return { ...found, data: found.data.map((value) => value / 2) };
  };
  const meets = [[], [`${at}r_kernel`], [`${at}seg_embed`]];
  const added = biases.map((name, i) => ({ tensor: halved(name), to: 'queries', meets: meets[i] ?? [] }));
  const named = new Map([...all].filter(([name]) => !biases.includes(name)));
  const from = (graph: Partial<GraphOrigin>) => placeGraphWeights(funnel, weights(named, graph), 'file').tensors;
  expect(new Map([...from({ added })].sort())).toEqual(new Map([...all].sort()));
  for (const fewer of [[], added.slice(1), added.map((vector) => ({ ...vector, meets: [] }))])
    expect(() => from({ added: fewer })).toThrow(/the graph does not tell 3 of the model's tensors: .*r_w_bias/);
  // Of our own files, which have them in the shape that they are used in.
  const flat = new Map([...all].map(([name, value]) => [name, { ...value, shape: specs.find((spec) => spec.name === name)?.shape ?? [] }])); // prettier-ignore
  expect(placeGraphWeights(funnel, weights(flat), 'file').tensors).toEqual(all);
});

test('what the graph does not tell is named, with the operators that hold weights', () => {
  const lacking = new Map([...whole].filter(([name]) => !name.includes('layer.1.output')));
  expect(() => placed(lacking)).toThrow(
    expect.objectContaining({
      code: 'TENSOR_MISSING',
      message: expect.stringMatching(
        /^source\/model\.onnx: the graph does not tell 4 of the model's tensors: bert\.encoder\.layer\.1\.output\.dense\.weight.*3 MatMul, 1 Einsum, and 1 matrices that nothing gives a name \(\[4, 4\]\).*model\.safetensors/,
      ),
    }),
  );
});

test('of a head that is half there the other half is missed: it is not made anew in silence', () => {
  expect(() => placed(new Map([...whole, ['classifier.bias', tensor([2], 1)]]))).toThrow(
    /1 of the model's tensors: classifier\.weight/,
  );
  const complete = new Map([...whole, ['classifier.bias', tensor([2], 1)], ['classifier.weight', tensor([2, 4], 1)]]);
  expect(placed(complete).size).toBe(whole.size + 2);
});

test('weights of other files, and of families that are not known, stay as they are', () => {
  const others: ModelWeights = { tensors: new Map(), unread: new Map() };
  expect(placeGraphWeights(config, others, 'file')).toBe(others);
  const unknown = weights(new Map());
  expect(placeGraphWeights({ model_type: 'unheard-of' }, unknown, 'file')).toBe(unknown);
});
