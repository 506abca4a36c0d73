import { readGraph } from './graph.js';
import { readGraphWeights, readGraphWeightsBeside } from './graph-weights.js';
import { floatsOf, integersOf, wireFields } from './wire.js';

const numbers = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) | 128, ...numbers(Math.floor(value / 128))];
const field = (number: number, content: readonly number[]): number[] => [
  ...numbers(number * 8 + 2),
  ...numbers(content.length),
  ...content,
];
const integer = (number: number, value: number): number[] => [...numbers(number * 8), ...numbers(value)];
const text = (value: string): number[] => [...new TextEncoder().encode(value)];
const bytesOf = (values: Float32Array | Uint16Array): number[] => [...new Uint8Array(values.buffer)];
const float = (number: number, value: number): number[] => [
  ...numbers(number * 8 + 5),
  ...bytesOf(Float32Array.of(value)),
];

/** A model whose graph has these tensors and operators. */
const model = ({
  tensors = [],
  nodes = [],
}: {
  tensors?: readonly (readonly number[])[];
  nodes?: readonly (readonly number[])[];
}): Uint8Array =>
  Uint8Array.from([
    ...field(2, text('some tool')),
    ...field(7, [...nodes.flatMap((node) => field(1, node)), ...tensors.flatMap((tensor) => field(5, tensor))]),
  ]);
const tensor = (name: string, shape: readonly number[], type: number, content: readonly number[]): number[] => [
  ...shape.flatMap((size) => integer(1, size)),
  ...integer(2, type),
  ...field(8, text(name)),
  ...content,
];
const entry = (key: string, value: string): number[] => [...field(1, text(key)), ...field(2, text(value))];
const values = Float32Array.of(1, -2, 0.5, 4);

describe('the wire format', () => {
  test.each<[what: string, bytes: readonly number[]]>([
    ['text', text('no model at all')],
    ['a field that is cut off', [10, 5, 1, 2]],
    ['a number that does not end', [8, 255, 255]],
    ['groups, which nobody writes any more', [11]],
    ['a field without a number', [0, 1]],
  ])('%s is refused', (_, bytes) => {
    expect(() => readGraph(Uint8Array.from(bytes))).toThrow(
      expect.objectContaining({ code: 'FILE_INVALID', message: expect.stringMatching(/is not an ONNX file/) }),
    );
  });

  test('numbers of any size, one by one or packed', () => {
    const [one, packed, large] = [
      ...wireFields(
        Uint8Array.from([
          ...integer(1, 300),
          ...field(2, [...numbers(5), ...numbers(2 ** 40)]),
          24,
          255,
          255,
          255,
          255,
          255,
          255,
          255,
          255,
          255,
          1,
        ]),
      ),
    ];
    expect([one, packed, large].map((each) => each && integersOf(each))).toEqual([[300], [5, 2 ** 40], [-1]]);
    const fields = [...wireFields(Uint8Array.from([...float(1, 0.25), ...field(2, bytesOf(values))]))];
    expect(fields.map((each) => floatsOf(each, 4))).toEqual([[0.25], [...values]]);
  });
});

describe('tensors of a graph', () => {
  const found = (bytes: Uint8Array) => readGraphWeights(bytes).tensors.get('a.weight');

  test.each<[what: string, type: number, content: readonly number[], dtype: string]>([
    ['in a row of bytes', 1, field(9, bytesOf(values)), 'F32'],
    ['one by one', 1, [...values].flatMap((value) => float(4, value)), 'F32'],
    ['half floats', 10, field(9, bytesOf(Uint16Array.of(0x3c00, 0xc000, 0x3800, 0x4400))), 'F16'],
    ['half floats as integers', 10, field(5, [0x3c00, 0xc000, 0x3800, 0x4400].flatMap(numbers)), 'F16'],
    ['brain floats', 16, field(9, bytesOf(Uint16Array.of(0x3f80, 0xc000, 0x3f00, 0x4080))), 'BF16'],
    ['double precision', 11, field(9, [...new Uint8Array(Float64Array.from(values).buffer)]), 'F32'],
  ])('%s', (_, type, content, dtype) => {
    expect(found(model({ tensors: [tensor('a.weight', [2, 2], type, content)] }))).toEqual({
      shape: [2, 2],
      data: values,
      dtype,
    });
  });

  test('in a file beside the model, at a place in it', async () => {
    const beside = [
      ...field(13, entry('location', 'weights.bin')),
      ...field(13, entry('offset', '3')),
      ...field(13, entry('length', '16')),
      ...integer(14, 1),
    ];
    const bytes = model({ tensors: [tensor('a.weight', [2, 2], 1, beside)] });
    const asked: string[] = [];
    const { tensors, producer } = await readGraphWeightsBeside(bytes, async (file) => {
      asked.push(file);
      return Uint8Array.from([9, 9, 9, ...bytesOf(values), 9]);
    });
    expect(asked).toEqual(['weights.bin']);
    expect(producer).toBe('some tool');
    expect(tensors.get('a.weight')?.data).toEqual(values);
    expect(() => readGraphWeights(bytes)).toThrow(/stands in weights\.bin, which was not read/);
  });

  test('in a file beside the model that is named from its own folder', async () => {
    const beside = [...field(13, entry('location', './weights.bin')), ...integer(14, 1)];
    const bytes = model({ tensors: [tensor('a.weight', [2, 2], 1, beside)] });
    const { tensors } = await readGraphWeightsBeside(bytes, async (file) => {
      expect(file).toBe('weights.bin'); // a source has no path with a point in it
      return Uint8Array.from(bytesOf(values));
    });
    expect(tensors.get('a.weight')?.data).toEqual(values);
  });

  test('that say another size than they have are refused', () => {
    expect(() => found(model({ tensors: [tensor('a.weight', [3, 2], 1, field(9, bytesOf(values)))] }))).toThrow(
      expect.objectContaining({
        code: 'FILE_INVALID',
        message: expect.stringMatching(/"a\.weight".*holds 4 numbers and has room for 6/),
      }),
    );
  });
});

const node = (
  type: string,
  name: string,
  inputs: readonly string[],
  outputs: readonly string[],
  more: readonly number[] = [],
): number[] => [
  ...inputs.flatMap((input) => field(1, text(input))),
  ...outputs.flatMap((output) => field(2, text(output))),
  ...field(3, text(name)),
  ...field(4, text(type)),
  ...more,
];

describe('integers of 4 bits, two a byte, the first in its low half', () => {
  const kernel = [1, -8, 7, 0, 3, -1, 2, 5, -4, 6, -2, -7]; // [4, 3]
  const scales = Float32Array.of(0.5, 1, 2, 0.25, 4, 1); // [2, 3]: two rows share one
  const zeros = [1, 0, 2, 3, 0, 1];
  const packed = (list: readonly number[]): number[] =>
    Array.from(
      { length: Math.ceil(list.length / 2) },
      (_, i) => ((list[2 * i] ?? 0) & 15) | (((list[2 * i + 1] ?? 0) & 15) << 4),
    );
  const attribute = (name: string, value: number): number[] =>
    field(5, [...field(1, text(name)), ...integer(3, value), ...integer(20, 2)]);
  const expected = (offset: number): number[] =>
    kernel.map((value, i) => {
      const group = (i >= 6 ? 3 : 0) + (i % 3);
      return (value + offset - (zeros[group] ?? 0)) * (scales[group] ?? 0);
    });

  test.each([
    ['signed, in a row of bytes', 22, 0, 9],
    ['unsigned, in a row of bytes', 21, 8, 9],
    ['signed, one by one', 22, 0, 5],
  ])('%s', (_, type, offset, place) => {
    const content = (list: readonly number[]): number[] =>
      place === 9 ? field(9, packed(list)) : field(5, packed(list).flatMap(numbers));
    const bytes = model({
      nodes: [
        node(
          'DequantizeLinear',
          'dq',
          ['q', 's', 'z'],
          ['w'],
          [...attribute('axis', 0), ...attribute('block_size', 2)],
        ),
        node('MatMul', '/layer.0/query/MatMul', ['x', 'w'], ['y']),
      ],
      tensors: [
        tensor('q', [4, 3], type, content(kernel.map((value) => value + offset))),
        tensor('s', [2, 3], 1, field(9, bytesOf(scales))),
        tensor('z', [2, 3], type, content(zeros)),
      ],
    });
    const weight = readGraphWeights(bytes).tensors.get('layer.0.query.weight');
    expect(weight?.shape).toEqual([3, 4]); // [out, in]
    const turned = Array.from({ length: 12 }, (__, i) => expected(offset)[(i % 4) * 3 + Math.floor(i / 4)]);
    expect([...(weight?.data ?? [])]).toEqual(turned);
  });

  test('that are fewer than their shape has room for are refused', () => {
    const tensors = [
      tensor('q', [4, 3], 22, field(9, [1, 2])),
      tensor('s', [], 1, field(9, bytesOf(scales.slice(0, 1)))),
    ];
    const nodes = [
      node('DequantizeLinear', 'dq', ['q', 's'], ['w']),
      node('MatMul', '/layer.0/query/MatMul', ['x', 'w'], ['y']),
    ];
    expect(() => readGraphWeights(model({ nodes, tensors }))).toThrow(/holds 4 numbers and has room for 12/);
  });
});

describe('names that a file has lost', () => {
  const matrix = tensor('onnx::MatMul_5', [2, 2], 1, field(9, bytesOf(values)));
  const vector = (name: string): number[] => tensor(name, [2], 1, field(9, bytesOf(values.subarray(0, 2).slice())));
  const names = (nodes: readonly (readonly number[])[], tensors: readonly (readonly number[])[]): string[] =>
    [...readGraphWeights(model({ nodes, tensors })).tensors.keys()].sort();

  test('of a map without a bias: by the module in the name of its operator, or by what PyTorch notes of it', () => {
    expect(names([node('MatMul', '/layers.0/attn/Wqkv/MatMul', ['x', 'onnx::MatMul_5'], ['y'])], [matrix])).toEqual([
      'layers.0.attn.Wqkv.weight',
    ]);
    const scopes = field(
      9,
      entry('pkg.torch.onnx.name_scopes', "['', 'layers', 'layers.0', 'layers.0.attn.Wqkv', 'linear_1']"),
    );
    expect(names([node('MatMul', 'node_linear_1', ['x', 'onnx::MatMul_5'], ['y'], scopes)], [matrix])).toEqual([
      'layers.0.attn.Wqkv.weight',
    ]);
  });

  test('of maps that share one of several equal biases: by their modules, and each has the bias', () => {
    const other = tensor('onnx::MatMul_6', [2, 2], 1, field(9, bytesOf(values)));
    const nodes = ['query', 'key'].flatMap((name, i) => [
      node('MatMul', `/layer.0/${name}/MatMul`, ['x', `onnx::MatMul_${5 + i}`], [`${name}_product`]),
      node('Add', `/layer.0/${name}/Add`, ['layer.0.query.bias', `${name}_product`], [`${name}_sum`]),
    ]);
    expect(names(nodes, [matrix, other, vector('layer.0.query.bias')])).toEqual([
      'layer.0.key.bias',
      'layer.0.key.weight',
      'layer.0.query.bias',
      'layer.0.query.weight',
    ]);
  });

  test('of norms that share their vectors: by their modules', () => {
    const nodes = [0, 1].flatMap((layer) => [
      node(
        'Mul',
        `/layer.${layer}/output/LayerNorm/Mul`,
        [`x${layer}`, 'layer.0.output.LayerNorm.weight'],
        [`m${layer}`],
      ),
      node(
        'Add',
        `/layer.${layer}/output/LayerNorm/Add_1`,
        [`m${layer}`, 'layer.0.output.LayerNorm.bias'],
        [`y${layer}`],
      ),
    ]);
    const fused = node(
      'LayerNormalization',
      '/embeddings/LayerNorm/LayerNormalization',
      ['z', 'layer.0.output.LayerNorm.weight', 'layer.0.output.LayerNorm.bias'],
      ['w'],
    );
    const both = (at: string): string[] => [`${at}.bias`, `${at}.weight`];
    expect(
      names([...nodes, fused], [vector('layer.0.output.LayerNorm.weight'), vector('layer.0.output.LayerNorm.bias')]),
    ).toEqual([
      ...both('embeddings.LayerNorm'),
      ...both('layer.0.output.LayerNorm'),
      ...both('layer.1.output.LayerNorm'),
    ]);
  });
});
