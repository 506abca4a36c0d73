import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from '../testing/proto/onnx_pb.js';
import { runGraph } from '../testing/run-graph.js';
import type { GraphBuilder, Value } from './graph-builder.js';
import { absent, createGraph, microsoft } from './graph-builder.js';
import type { Constant } from './protos.js';

const opset = 17;

/** A graph of one float32 vector `x`. */
const graphOf = (build: (g: GraphBuilder, x: Value) => void): Uint8Array => {
  const g = createGraph();
  build(g, g.input('x', 'float32', ['n']));
  return g.model({ opset });
};

describe('a graph', () => {
  test('runs operators in order and gives every output by its name', async () => {
    const bytes = graphOf((g, x) => {
      const doubled = g.op('Mul', [x, g.float(2)]);
      g.output('doubled', doubled, 'float32', ['n']);
      g.output('sum', g.op('ReduceSum', [doubled, g.int64([0])], { keepdims: 0 }), 'float32', []);
    });
    expect(await runGraph(bytes, { x: [1, 2, 3] })).toEqual({ doubled: [2, 4, 6], sum: [12] });
  });

  test('an output may be an input, and one value may be two outputs', async () => {
    const bytes = graphOf((g, x) => {
      g.output('a', x, 'float32', ['n']);
      g.output('b', x, 'float32', ['n']);
    });
    expect(await runGraph(bytes, { x: [1, 2] })).toEqual({ a: [1, 2], b: [1, 2] });
  });

  test('operators with several results give each of them', async () => {
    const bytes = graphOf((g, x) => {
      const [best, places] = g.ops('TopK', [x, g.int64([2])], 2, { attributes: { axis: 0 } }) as [Value, Value];
      g.output('best', best, 'float32', ['k']);
      g.output('places', places, 'int64', ['k']);
    });
    expect(await runGraph(bytes, { x: [3, 9, 7] })).toEqual({ best: [9, 7], places: [1, 2] });
  });

  test('attributes are integers, floats, texts and lists', async () => {
    const bytes = graphOf((g, x) => {
      g.output('elu', g.op('Elu', [x], { alpha: { float: 0.5 } }), 'float32', ['n']);
      const column = g.op('Unsqueeze', [x, g.int64([1])]);
      g.output('row', g.op('Squeeze', [g.op('Transpose', [column], { perm: [1, 0] }), g.int64([0])]), 'float32', ['n']);
      const shared = g.op('Einsum', [x, x], { equation: 'i,i->' });
      g.output('dot', shared, 'float32', []);
    });
    const { elu, row, dot } = await runGraph(bytes, { x: [1, -1] });
    expect(elu?.[1]).toBeCloseTo(0.5 * Math.expm1(-1), 6);
    expect([row, dot]).toEqual([[1, -1], [2]]);
  });

  test('an input may be left out', async () => {
    const bytes = graphOf((g, x) => g.output('y', g.op('Clip', [x, absent, g.float(1)]), 'float32', ['n']));
    expect(await runGraph(bytes, { x: [-5, 5] })).toEqual({ y: [-5, 1] });
  });

  test('operators of ONNX Runtime name their domain, and only then does the file', async () => {
    const bytes = graphOf((g, x) =>
      g.output('y', g.ops('Gelu', [x], 1, { domain: microsoft })[0] as Value, 'float32', ['n']),
    );
    expect((await runGraph(bytes, { x: [0, 100] }))['y']).toEqual([0, 100]);
    const domains = (file: Uint8Array) => fromBinary(ModelProtoSchema, file).opsetImport.map(({ domain }) => domain);
    expect(domains(bytes)).toEqual(['', microsoft]);
    expect(domains(graphOf((g, x) => g.output('y', x, 'float32', ['n'])))).toEqual(['']);
  });

  test('number constants of equal content are stored once, those of other shape or type apart', () => {
    const bytes = graphOf((g, x) => {
      expect(g.int64([1])).toBe(g.int64([1]));
      expect(g.float(1)).toBe(g.float(1));
      expect(new Set([g.int64([1]), g.int64(1), g.int64([1, 1]), g.float(1)]).size).toBe(4);
      g.choose(
        g.op('Less', [g.float(1), g.float(2)]),
        (b) => [b.float(1)],
        (b) => [b.float(2)],
      );
      g.output('y', g.op('Add', [x, g.float(1)]), 'float32', ['n']);
    });
    expect(fromBinary(ModelProtoSchema, bytes).graph?.initializer).toHaveLength(5);
  });

  test('metadata stand in the file', () => {
    const { metadataProps, opsetImport } = fromBinary(
      ModelProtoSchema,
      createGraph().model({ opset, metadata: { a: 'one', b: 'two' } }),
    );
    expect(metadataProps.map(({ key, value }) => [key, value])).toEqual([
      ['a', 'one'],
      ['b', 'two'],
    ]);
    expect(opsetImport.map(({ version }) => version)).toEqual([17n]);
  });
});

describe('branches', () => {
  const isPositive = (g: GraphBuilder, x: Value): Value =>
    g.op('Greater', [g.op('ReduceSum', [x, g.int64([0])], { keepdims: 0 }), g.float(0)]);

  test('the condition chooses which branch runs; both read values around them', async () => {
    const bytes = graphOf((g, x) => {
      const outside = g.op('Mul', [x, g.float(10)]);
      const [y] = g.choose(
        isPositive(g, x),
        (b) => [b.op('Add', [outside, b.float(1)])],
        (b) => [b.op('Neg', [x])],
      ) as [Value];
      g.output('y', y, 'float32', ['n']);
    });
    expect(await runGraph(bytes, { x: [1, 2] })).toEqual({ y: [11, 21] });
    expect(await runGraph(bytes, { x: [1, -2] })).toEqual({ y: [-1, 2] });
  });

  test('a branch may give several values, values from outside, constants, and one value twice', async () => {
    const bytes = graphOf((g, x) => {
      const [a, b, c] = g.choose(
        isPositive(g, x),
        () => [x, g.float(7), x],
        (inner) => {
          const negated = inner.op('Neg', [x]);
          return [negated, inner.float(8), negated];
        },
      ) as [Value, Value, Value];
      g.output('a', a, 'float32', ['n']);
      g.output('b', b, 'float32', []);
      g.output('c', c, 'float32', ['n']);
    });
    expect(await runGraph(bytes, { x: [3] })).toEqual({ a: [3], b: [7], c: [3] });
    expect(await runGraph(bytes, { x: [-3] })).toEqual({ a: [3], b: [8], c: [3] });
  });

  test('branches stand inside branches', async () => {
    const bytes = graphOf((g, x) => {
      const isSmall = (b: GraphBuilder): Value => b.op('Less', [b.op('ReduceMax', [x], { keepdims: 0 }), b.float(5)]);
      const [y] = g.choose(
        isPositive(g, x),
        (b) =>
          b.choose(
            isSmall(b),
            (inner) => [inner.op('Add', [x, inner.float(1)])],
            () => [x],
          ),
        (b) => [b.op('Abs', [x])],
      ) as [Value];
      g.output('y', y, 'float32', ['n']);
    });
    expect(await runGraph(bytes, { x: [1] })).toEqual({ y: [2] });
    expect(await runGraph(bytes, { x: [9] })).toEqual({ y: [9] });
    expect(await runGraph(bytes, { x: [-9] })).toEqual({ y: [9] });
  });
});

describe('constants whose data come later', () => {
  const values = Float32Array.of(1, 2, 3);
  const graph = (data: Constant['data']): GraphBuilder => {
    const g = createGraph();
    const x = g.input('x', 'float32', [3]);
    const empty = g.constant('nothing', { type: 'float32', shape: [0], data: new Float32Array(0) });
    const all = g.op('Concat', [g.constant('weights', { type: 'float32', shape: [3], data }), empty], { axis: 0 });
    g.output('y', g.op('Mul', [x, all]), 'float32', [3]);
    return g;
  };
  const later: Constant['data'] = { readInto: async (bytes) => bytes.set(new Uint8Array(values.buffer)) };

  test('are read into their place: the same bytes, which a protobuf library reads and writes as they are', async () => {
    const bytes = graph(values).model({ opset });
    expect(await graph(later).readModel({ opset })).toEqual(bytes);
    expect(await graph(values).readModel({ opset })).toEqual(bytes);
    expect(toBinary(ModelProtoSchema, fromBinary(ModelProtoSchema, bytes))).toEqual(bytes);
    expect(await runGraph(bytes, { x: [1, 1, 2] })).toEqual({ y: [1, 2, 6] });
  });

  test('are asked for in their order', async () => {
    const asked: string[] = [];
    const g = createGraph();
    for (const name of ['b', 'a', 'c'])
      g.constant(name, { type: 'int8', shape: [2], data: { readInto: async () => void asked.push(name) } });
    await g.readModel({ opset });
    expect(asked).toEqual(['b', 'a', 'c']);
  });

  test('are refused where the bytes are wanted at once', () => {
    expect(() => graph(later).model({ opset })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringContaining('"weights"') }),
    );
  });
});
