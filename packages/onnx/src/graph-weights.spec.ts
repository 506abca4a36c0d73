/** Weights out of graphs: as exporters and quantisers write them, held against ONNX Runtime, and out of our own files. */
import type { ModelConfig, TaskModel } from '@length-adaptive/models';
import { createTaskModel, float32ToFloat16, readModelDirectory } from '@length-adaptive/models';
import { readGraphWeights } from '@length-adaptive/models/onnx-weights';
import * as tf from '@tensorflow/tfjs';
import * as ort from 'onnxruntime-node';
import { exportGraph, hostModel } from './export-graph.js';
import type { Precision } from './encoder/precision.js';
import { modelFileName } from './file-names.js';
import { memorySource } from './testing/memory-source.js';
import { createGraph, microsoft } from './graph/graph-builder.js';
import type { GraphBuilder, Value } from './graph/graph-builder.js';

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
});

/** A map with a name of its own, and numbers that repeat in no row and no column: [out, in]. */
const [outputs, inputs] = [6, 8];
const weight = Float32Array.from({ length: outputs * inputs }, (_, i) => Math.sin(3 * i + 1) + 0.01 * i);
const bias = Float32Array.from({ length: outputs }, (_, i) => i / 4 - 1);
const asColumns = Float32Array.from(
  { length: weight.length },
  (_, i) => weight[(i % outputs) * inputs + Math.floor(i / outputs)] ?? 0,
);
const rows = 5;
const given = Float32Array.from({ length: rows * inputs }, (_, i) => Math.cos(2 * i) * (1 + (i % 3)));

/** Columns as unsigned integers, one scale and one zero for all or for each column. */
const asBytes = (perColumn: boolean) => {
  const groups = perColumn ? outputs : 1;
  const of = (group: number): number[] => [...asColumns].filter((_, i) => !perColumn || i % outputs === group);
  const low = Array.from({ length: groups }, (_, group) => Math.min(0, ...of(group)));
  const scales = Float32Array.from(low, (least, group) => (Math.max(0, ...of(group)) - least) / 255);
  const zeros = Uint8Array.from(low, (least, group) => Math.round(-least / (scales[group] ?? 1)));
  const at = (i: number): number => (perColumn ? i % outputs : 0);
  const values = Uint8Array.from(asColumns, (value, i) =>
    Math.max(0, Math.min(255, Math.round(value / (scales[at(i)] ?? 1)) + (zeros[at(i)] ?? 0))),
  );
  return { values, scales, zeros, shape: perColumn ? [outputs] : [] };
};

type Style = (g: GraphBuilder, x: Value) => Value;
const kernel = (g: GraphBuilder, name = 'onnx::MatMul_797'): Value =>
  g.constant(name, { type: 'float32', shape: [inputs, outputs], data: asColumns });
const biasOf = (g: GraphBuilder): Value =>
  g.constant('layer.0.query.bias', { type: 'float32', shape: [outputs], data: bias });
const quantised = (
  g: GraphBuilder,
  { perColumn = false, names = ['q', 's', 'z'] }: { perColumn?: boolean; names?: readonly string[] } = {},
) => {
  const { values, scales, zeros, shape } = asBytes(perColumn);
  const [q = '', s = '', z = ''] = names;
  return {
    values: g.constant(q, { type: 'uint8', shape: [inputs, outputs], data: values }),
    scale: g.constant(s, { type: 'float32', shape, data: scales }),
    zero: g.constant(z, { type: 'uint8', shape, data: zeros }),
  };
};
const dynamic = (g: GraphBuilder, x: Value) => g.ops('DynamicQuantizeLinear', [x], 3) as [Value, Value, Value];
const ofMicrosoft = (g: GraphBuilder, type: string, values: readonly Value[], attributes = {}): Value =>
  g.ops(type, values, 1, { domain: microsoft, attributes })[0] as Value;

/** What is added to a product of integers once it is a float again. */
const scaled = (g: GraphBuilder, product: Value, ...scales: readonly Value[]): Value =>
  g.op('Mul', [g.op('Cast', [product], { to: 1 }), scales.length === 2 ? g.op('Mul', scales) : (scales[0] as Value)]);

const styles: readonly (readonly [name: string, error: number, style: Style])[] = [
  ['a product and a sum', 0, (g, x) => g.op('Add', [biasOf(g), g.op('MatMul', [x, kernel(g)])])],
  [
    'a product with rows as columns',
    0,
    (g, x) =>
      g.op('Add', [
        g.op('MatMul', [
          x,
          g.op(
            'Transpose',
            [g.constant('layer.0.query.weight', { type: 'float32', shape: [outputs, inputs], data: weight })],
            { perm: [1, 0] },
          ),
        ]),
        biasOf(g),
      ]),
  ],
  [
    'Gemm, transposed',
    0,
    (g, x) =>
      g.op('Gemm', [x, g.constant('val_3', { type: 'float32', shape: [outputs, inputs], data: weight }), biasOf(g)], {
        transB: 1,
      }),
  ],
  ['Gemm as it is', 0, (g, x) => g.op('Gemm', [x, kernel(g), biasOf(g)])],
  ['a sum in a gelu', 0, (g, x) => ofMicrosoft(g, 'BiasGelu', [g.op('MatMul', [x, kernel(g)]), biasOf(g)])],
  [
    'half floats that are cast',
    1e-3,
    (g, x) => {
      const half = g.constant('onnx::MatMul_1', {
        type: 'float16',
        shape: [inputs, outputs],
        data: float32ToFloat16(asColumns),
      });
      return g.op('Add', [g.op('MatMul', [x, g.op('Cast', [half], { to: 1 })]), biasOf(g)]);
    },
  ],
  [
    'integers of a quantiser, by their names',
    0.02,
    (g, x) => {
      const { values, scale, zero } = quantised(g, {
        names: ['onnx::MatMul_7_quantized', 'onnx::MatMul_7_scale', 'onnx::MatMul_7_zero_point'],
      });
      const [xs, xScale, xZero] = dynamic(g, x);
      return g.op('Add', [scaled(g, g.op('MatMulInteger', [xs, values, xZero, zero]), xScale, scale), biasOf(g)]);
    },
  ],
  [
    'integers a column, by what they are scaled with',
    0.02,
    (g, x) => {
      const { values, scale, zero } = quantised(g, { perColumn: true });
      const [xs, xScale, xZero] = dynamic(g, x);
      return g.op('Add', [scaled(g, g.op('MatMulInteger', [xs, values, xZero, zero]), xScale, scale), biasOf(g)]);
    },
  ],
  [
    'integers that are scaled in turn',
    0.02,
    (g, x) => {
      const { values, scale, zero } = quantised(g);
      const [xs, xScale, xZero] = dynamic(g, x);
      return g.op('Add', [
        biasOf(g),
        g.op('Mul', [scaled(g, g.op('MatMulInteger', [xs, values, xZero, zero]), xScale), scale]),
      ]);
    },
  ],
  [
    'DynamicQuantizeMatMul',
    0.02,
    (g, x) => {
      const { values, scale, zero } = quantised(g);
      return ofMicrosoft(g, 'DynamicQuantizeMatMul', [x, values, scale, zero, biasOf(g)]);
    },
  ],
  [
    'MatMulIntegerToFloat',
    0.02,
    (g, x) => {
      const { values, scale, zero } = quantised(g);
      const [xs, xScale, xZero] = dynamic(g, x);
      return ofMicrosoft(g, 'MatMulIntegerToFloat', [xs, values, xScale, scale, xZero, zero, biasOf(g)]);
    },
  ],
  [
    'DequantizeLinear of a weight',
    0.02,
    (g, x) => {
      const { values, scale, zero } = quantised(g);
      return g.op('Add', [g.op('MatMul', [x, g.op('DequantizeLinear', [values, scale, zero])]), biasOf(g)]);
    },
  ],
  [
    'DequantizeLinear a column',
    0.02,
    (g, x) => {
      const { values, scale, zero } = quantised(g, { perColumn: true });
      return g.op('Add', [
        g.op('MatMul', [x, g.op('DequantizeLinear', [values, scale, zero], { axis: 1 })]),
        biasOf(g),
      ]);
    },
  ],
  [
    'QLinearMatMul',
    0.04,
    (g, x) => {
      const { values, scale, zero } = quantised(g);
      const [xScale, xZero] = [
        g.constant('xs', { type: 'float32', shape: [], data: Float32Array.of(6 / 255) }),
        g.constant('xz', { type: 'uint8', shape: [], data: Uint8Array.of(128) }),
      ];
      const [yScale, yZero] = [
        g.constant('ys', { type: 'float32', shape: [], data: Float32Array.of(30 / 255) }),
        g.constant('yz', { type: 'uint8', shape: [], data: Uint8Array.of(128) }),
      ];
      const product = g.op('QLinearMatMul', [
        g.op('QuantizeLinear', [x, xScale, xZero]),
        xScale,
        xZero,
        values,
        scale,
        zero,
        yScale,
        yZero,
      ]);
      return g.op('Add', [g.op('DequantizeLinear', [product, yScale, yZero]), biasOf(g)]);
    },
  ],
];

/** What ONNX Runtime makes of some rows. */
const run = async (bytes: Uint8Array): Promise<Float32Array> => {
  const session = await ort.InferenceSession.create(bytes, { graphOptimizationLevel: 'disabled' });
  const { y } = await session.run({ x: new ort.Tensor('float32', given, [rows, inputs]) });
  await session.release();
  return y?.data as Float32Array;
};

const graphOf = (style: Style): Uint8Array => {
  const g = createGraph();
  g.output('y', style(g, g.input('x', 'float32', ['rows', inputs])), 'float32', ['rows', outputs]);
  return g.model({ opset: 17 });
};

/** The map of the weights that were found, on the same rows. */
const mapped = (found: ReadonlyMap<string, { readonly data: ArrayLike<number> }>): number[] => {
  const [w = [], b = []] = [found.get('layer.0.query.weight')?.data, found.get('layer.0.query.bias')?.data];
  return Array.from({ length: rows * outputs }, (_, i) => {
    const [row, out] = [Math.floor(i / outputs), i % outputs];
    let sum = b[out] ?? Number.NaN;
    for (let k = 0; k < inputs; k++) sum += (given[row * inputs + k] ?? 0) * (w[out * inputs + k] ?? Number.NaN);
    return sum;
  });
};

const gelu = (x: number): number => {
  const erf = tf.erf(tf.scalar(x / Math.SQRT2)).dataSync()[0] ?? 0;
  return (x * (1 + erf)) / 2;
};

describe('the weights of a map', () => {
  test.each(styles)('%s: as they were, and as ONNX Runtime uses them', async (name, error, style) => {
    const bytes = graphOf(style);
    const { tensors, unnamed } = readGraphWeights(bytes);
    expect(unnamed).toEqual([]);
    const found = tensors.get('layer.0.query.weight');
    expect(found?.shape).toEqual([outputs, inputs]);
    expect([...(tensors.get('layer.0.query.bias')?.data ?? [])]).toEqual([...bias]);
    weight.forEach((value, i) => expect(Math.abs(value - (found?.data[i] ?? Number.NaN))).toBeLessThanOrEqual(error));
    const [ours, theirs] = [mapped(tensors), await run(bytes)];
    const largest = Math.max(...ours.map(Math.abs));
    ours.forEach((value, i) =>
      expect(Math.abs((name.includes('gelu') ? gelu(value) : value) - (theirs[i] ?? Number.NaN))).toBeLessThan(
        Math.max(1e-5, 0.03 * (error === 0 || error === 1e-3 ? 0 : 1)) * largest,
      ),
    );
  });

  test('integers of 4 bits in blocks, with zeros of their own and without', async () => {
    const [blockSize, columns] = [16, 32];
    for (const hasZeros of [false, true]) {
      const g = createGraph();
      const packed = Uint8Array.from({ length: (outputs * columns) / 2 }, (_, i) => (i * 37 + 11) % 256);
      const scales = Float32Array.from({ length: (outputs * columns) / blockSize }, (_, i) => 0.1 + i / 50);
      const x = g.input('x', 'float32', ['rows', columns]);
      const values = [
        x,
        g.constant('onnx::MatMul_3_Q4', {
          type: 'uint8',
          shape: [outputs, columns / blockSize, blockSize / 2],
          data: packed,
        }),
        g.constant('onnx::MatMul_3_scales', { type: 'float32', shape: [scales.length], data: scales }),
        ...(hasZeros
          ? [
              g.constant('zeros', {
                type: 'uint8',
                shape: [outputs],
                data: Uint8Array.from({ length: outputs }, (_, i) => 16 * (i + 3) + 9 - i),
              }),
            ]
          : []),
      ];
      const product = ofMicrosoft(g, 'MatMulNBits', values, { K: columns, N: outputs, bits: 4, block_size: blockSize });
      g.output('y', g.op('Add', [product, biasOf(g)]), 'float32', ['rows', outputs]);
      const bytes = g.model({ opset: 17 });
      const found = readGraphWeights(bytes).tensors.get('layer.0.query.weight');
      expect(found?.shape).toEqual([outputs, columns]);
      const session = await ort.InferenceSession.create(bytes);
      const identity = Float32Array.from({ length: columns * columns }, (_, i) => (i % (columns + 1) === 0 ? 1 : 0));
      const { y } = await session.run({ x: new ort.Tensor('float32', identity, [columns, columns]) });
      await session.release();
      (y?.data as Float32Array).forEach((value, i) => {
        const [column, out] = [Math.floor(i / outputs), i % outputs];
        expect(value - (bias[out] ?? 0)).toBeCloseTo(found?.data[out * columns + column] ?? Number.NaN, 5);
      });
    }
  });

  test('integers whose columns are told their groups one by one are not taken for others', () => {
    const columns = 16;
    const found = [false, true].map((hasGroups) => {
      const g = createGraph();
      const bytes = (name: string, shape: number[], data: Uint8Array) =>
        g.constant(name, { type: 'uint8', shape, data });
      const values = [
        g.input('x', 'float32', ['rows', columns]),
        bytes('onnx::MatMul_3_Q4', [outputs, 1, 8], new Uint8Array(outputs * 8).fill(0x75)),
        g.constant('onnx::MatMul_3_scales', {
          type: 'float32',
          shape: [outputs],
          data: new Float32Array(outputs).fill(2),
        }),
        bytes('onnx::MatMul_3_zero_points', [outputs], new Uint8Array(outputs).fill(8)),
        ...(hasGroups ? [g.constant('g_idx', { type: 'int32', shape: [columns], data: new Int32Array(columns) })] : []),
      ];
      const product = ofMicrosoft(g, 'MatMulNBits', values, { K: columns, N: outputs, bits: 4, block_size: 16 });
      g.output('y', g.op('Add', [product, biasOf(g)]), 'float32', ['rows', outputs]);
      return readGraphWeights(g.model({ opset: 17 })).tensors.has('layer.0.query.weight');
    });
    expect(found).toEqual([true, false]);
  });

  test('queries, keys and values in one operator are told apart, and the layer by who reads it', async () => {
    const [size, tokens] = [4, 3];
    const of = (count: number, step: number): Float32Array =>
      Float32Array.from({ length: count }, (_, i) => Math.sin(step * i + 1));
    const g = createGraph();
    const x = g.input('x', 'float32', [1, 'tokens', size]);
    const whole = g.constant('Attention_0_qkv_weight', {
      type: 'float32',
      shape: [size, 3 * size],
      data: of(3 * size * size, 2),
    });
    const both = g.constant('Attention_0_qkv_bias', { type: 'float32', shape: [3 * size], data: of(3 * size, 5) });
    const attended = ofMicrosoft(g, 'Attention', [x, whole, both], { num_heads: 1 });
    const dense = g.constant('onnx::MatMul_9', { type: 'float32', shape: [size, size], data: of(size * size, 7) });
    const added = g.constant('layer.0.output.bias', { type: 'float32', shape: [size], data: of(size, 3) });
    g.output('attended', attended, 'float32', [1, 'tokens', size]);
    g.output('y', g.op('Add', [g.op('MatMul', [attended, dense]), added]), 'float32', [1, 'tokens', size]);
    const bytes = g.model({ opset: 17 });
    const [fused] = readGraphWeights(bytes).fused;
    expect(fused).toMatchObject({
      output: 'layer.0.output.weight',
      weight: { shape: [3 * size, size] },
      bias: { shape: [3 * size] },
    });

    const states = of(tokens * size, 11);
    const session = await ort.InferenceSession.create(bytes);
    const results = await session.run({ x: new ort.Tensor('float32', states, [1, tokens, size]) });
    await session.release();
    const expected = tf.tidy(() => {
      const rows = tf.tensor2d(states, [tokens, size]);
      const map = (part: number): tf.Tensor2D => {
        const [w, b] = [fused?.weight.data ?? [], fused?.bias?.data ?? []];
        const kernel = tf.tensor2d(Array.from(w).slice(part * size * size, (part + 1) * size * size), [size, size]);
        return rows.matMul(kernel, false, true).add(tf.tensor1d(Array.from(b).slice(part * size, (part + 1) * size)));
      };
      return map(0).matMul(map(1), false, true).div(Math.sqrt(size)).softmax().matMul(map(2)).dataSync();
    });
    (results['attended']?.data as Float32Array).forEach((value, i) =>
      expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 5),
    );
  });

  test('vectors that are added head by head are told by what the sums are multiplied with', () => {
    const g = createGraph();
    const byHead = (name: string, ...shape: number[]): Value =>
      g.constant(name, { type: 'float32', shape, data: new Float32Array(shape.reduce((a, b) => a * b)).fill(0.5) });
    const x = g.input('x', 'float32', [1, 'tokens', inputs]);
    const queries = g.op('Reshape', [g.op('MatMul', [x, kernel(g)]), g.int64([0, 0, 2, 3])]);
    const waves = g.op('Einsum', [g.input('waves', 'float32', ['rows', 6]), byHead('at.r_kernel', 6, 2, 3)]);
    const keys = g.op('Reshape', [x, g.int64([0, 0, 2, 4])]);
    [keys, waves, byHead('at.seg_embed', 2, 2, 3)].forEach((other, i) => {
      const sum = g.op('Add', [queries, byHead(`onnx::Add_${i}`, 2, 3)]);
      g.output(`y${i}`, g.op('Einsum', [g.op('Transpose', [sum]), other]), 'float32', [1]);
    });
    const { added } = readGraphWeights(g.model({ opset: 17 }));
    expect(new Set(added.map(({ to }) => to))).toEqual(new Set([queries]));
    expect(added.map(({ meets }) => meets)).toEqual([[], ['at.r_kernel'], ['at.seg_embed']]);
    expect(added.map(({ tensor }) => [tensor.shape, tensor.data[0]])).toEqual([0, 1, 2].map(() => [[2, 3], 0.5]));
  });

  test('what nothing gives a name is counted, and what is no weight is left out', () => {
    const { tensors, unnamed, operators } = readGraphWeights(graphOf((g, x) => g.op('MatMul', [x, kernel(g)])));
    expect([...tensors.keys()]).toEqual([]);
    expect(unnamed).toEqual([`[${outputs}, ${inputs}]`]);
    expect(operators.get('MatMul')).toBe(1);
  });
});

const sizes: ModelConfig = {
  vocab_size: 50,
  hidden_size: 32,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 40,
  max_position_embeddings: 34,
  initializer_range: 0.3,
  pad_token_id: 1,
  id2label: { 0: 'a', 1: 'b', 2: 'c' },
};
const deberta = { relative_attention: true, position_buckets: 6, pos_att_type: 'p2c|c2p', type_vocab_size: 0 };
const funnel = {
  model_type: 'funnel',
  vocab_size: 50,
  d_model: 32,
  n_head: 2,
  d_head: 16,
  d_inner: 40,
  block_sizes: [1, 1],
  max_position_embeddings: 34,
  initializer_range: 0.3,
  id2label: { 0: 'a', 1: 'b', 2: 'c' },
};
const families: readonly (readonly [name: string, config: ModelConfig, queryError: number])[] = [
  ['BERT', { ...sizes, model_type: 'bert' }, 0],
  [
    'BERT with heads whose width is no power of four',
    { ...sizes, model_type: 'bert', num_attention_heads: 4 },
    2 ** -23,
  ],
  ['RoBERTa', { ...sizes, model_type: 'roberta', type_vocab_size: 1 }, 0],
  ['MPNet', { ...sizes, model_type: 'mpnet' }, 0],
  ['ELECTRA', { ...sizes, model_type: 'electra', embedding_size: 16 }, 0],
  ['ALBERT', { ...sizes, model_type: 'albert', embedding_size: 16 }, 0],
  ['ModernBERT', { ...sizes, model_type: 'modernbert', local_attention: 6, global_attn_every_n_layers: 2 }, 0],
  ['DeBERTa', { ...sizes, ...deberta, model_type: 'deberta-v2' }, 2 ** -23],
  ['DeBERTa with shared maps', { ...sizes, ...deberta, model_type: 'deberta-v2', share_att_key: true }, 2 ** -23],
  [
    'NomicBERT',
    {
      model_type: 'nomic_bert',
      vocab_size: 50,
      n_embd: 32,
      n_layer: 2,
      n_head: 2,
      n_inner: 40,
      n_positions: 34,
      initializer_range: 0.3,
    },
    0,
  ],
  ['NomicBERT by the usual keys', { ...sizes, model_type: 'nomic_bert' }, 0],
  [
    'MobileBERT',
    { ...sizes, model_type: 'mobilebert', embedding_size: 12, intra_bottleneck_size: 16, num_feedforward_networks: 2 },
    2 ** -23,
  ],
  ['gte', { ...sizes, model_type: 'new', rope_scaling: { type: 'ntk', factor: 2 } }, 0],
  ['Funnel-Transformer with its decoder', { ...funnel, architectures: ['FunnelForTokenClassification'] }, 0],
];

/** Every weight of a model, by name. */
const valuesOf = async ({
  parameters,
}: TaskModel): Promise<readonly (readonly [name: string, values: Float32Array])[]> =>
  Promise.all(
    parameters.map(async ({ spec, variable }) => [spec.name, (await variable.data()) as Float32Array] as const),
  );

/** How far the weights of two models are apart, in parts of the largest of each tensor: of the maps of queries, and of all others. */
const apart = async (
  one: TaskModel,
  other: TaskModel,
): Promise<{ readonly queries: number; readonly others: number }> => {
  const others = new Map(await valuesOf(other));
  let [ofQueries, ofOthers] = [0, 0];
  for (const [name, values] of await valuesOf(one)) {
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
    const their = others.get(name) ?? [];
    const most = values.reduce(
      (far, value, i) => Math.max(far, Math.abs(value - (their[i] ?? Number.NaN)) / largest),
      0,
    );
    if (/query|\.q\./.test(name)) ofQueries = Math.max(ofQueries, most);
    else ofOthers = Math.max(ofOthers, most);
  }
  return { queries: ofQueries, others: ofOthers };
};

describe.each(families)('a folder that has only our own file: %s', (_, config, queryError) => {
  const source = (bytes: Uint8Array, precision: Precision) =>
    memorySource(
      new Map([
        ['config.json', new TextEncoder().encode(JSON.stringify({ ...config, architectures: undefined }))],
        [modelFileName(precision), bytes],
      ]),
    );

  test('gives back the weights that it was made of: bit for bit, half floats and integers as near as they are', async () => {
    const model = createTaskModel(config, new Map(), { fresh: true, seed: 3 });
    model.markTrained();
    const host = await hostModel(model);
    const errors = { fp32: 0, fp16: 2 ** -11, int8: 1.01 / 127 } as const;
    for (const precision of ['fp32', 'fp16', 'int8'] as const) {
      const bytes = exportGraph(host, { precision });
      const { tensors, weightsOf } = await readModelDirectory(source(bytes, precision));
      expect(weightsOf).toBe(modelFileName(precision));
      const again = createTaskModel(config, tensors);
      expect(again.initialised).toEqual([]);
      const { queries, others } = await apart(model, again);
      expect(others).toBeLessThanOrEqual(errors[precision]);
      expect(queries).toBeLessThanOrEqual(errors[precision] + queryError);
      again.dispose();
    }
    model.dispose();
  });

  test('says which tensors its graph does not tell', async () => {
    const model = createTaskModel(config, new Map(), { fresh: true, seed: 3 });
    const bytes = exportGraph(await hostModel(model), { precision: 'fp32' });
    model.dispose();
    const layers = { num_hidden_layers: 3, n_layer: 3, num_hidden_groups: 3, block_sizes: [1, 2] };
    const larger = memorySource(
      new Map([
        ['config.json', new TextEncoder().encode(JSON.stringify({ ...config, ...layers }))],
        ['model.onnx', bytes],
      ]),
    );
    await expect(readModelDirectory(larger)).rejects.toMatchObject({
      code: 'TENSOR_MISSING',
      message: expect.stringMatching(
        /memory\/model\.onnx: the graph does not tell \d+ of the model's tensors: .*MatMul.*model\.safetensors/,
      ),
    });
  });
});
