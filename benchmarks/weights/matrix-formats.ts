/** One matrix of a feed-forward block, 384 to 1536, at half its multiplications: as factors, as parts of larger factors, as a tensor train; and all of them in integers. */
import { createRandom, rankOf } from '@length-adaptive/core';
import type { GraphBuilder, Value } from '@length-adaptive/onnx';
import { createGraph, openSession, opset } from '@length-adaptive/onnx';
import type { Row } from '../harness.js';
import { compareInTurn, formatSpread, formatTable, ratio } from '../harness.js';
import { roundsOf } from '../onnx/rounds.js';

const [inputs, outputs] = [384, 1536];
const rank = rankOf(0.5, inputs, outputs) ?? 0;

/** Sizes of a tensor train: inputs 16 x 24, outputs 32 x 48; its ranks give half the multiplications of the matrix. */
const train = { i1: 16, i2: 24, j1: 32, j2: 48, rank: 6 };

const random = createRandom(1);
const normal = (size: number): Float32Array => Float32Array.from({ length: size }, () => 0.05 * random.normal());

const weight = (g: GraphBuilder, name: string, shape: readonly number[]): Value =>
  g.constant(name, { type: 'float32', shape, data: normal(shape.reduce((size, extent) => size * extent, 1)) });

const graphOf = (build: (g: GraphBuilder, x: Value) => Value): Uint8Array => {
  const g = createGraph();
  g.output('y', build(g, g.input('x', 'float32', ['tokens', inputs])), 'float32', ['tokens', outputs]);
  return g.model({ opset });
};

/** x W with W = sum_r G1[i1, j1, r] G2[r, i2, j2]: two products, with the numbers laid out anew before and between them. */
const tensorTrain = (g: GraphBuilder, x: Value): Value => {
  const { i1, i2, j1, j2, rank: r } = train;
  const laid = g.op('Transpose', [g.op('Reshape', [x, g.int64([-1, i1, i2])])], { perm: [0, 2, 1] }); // [n, i2, i1]
  const first = g.op('MatMul', [laid, weight(g, 'g1', [i1, j1 * r])]); // [n, i2, j1 r]
  const between = g.op('Transpose', [g.op('Reshape', [first, g.int64([-1, i2, j1, r])])], { perm: [0, 2, 3, 1] }); // [n, j1, r, i2]
  const second = g.op('MatMul', [g.op('Reshape', [between, g.int64([-1, j1, r * i2])]), weight(g, 'g2', [r * i2, j2])]);
  return g.op('Reshape', [second, g.int64([-1, outputs])]);
};

/** Factors whose rank is an input: parts of the largest are cut out in every run. */
const slices = (g: GraphBuilder, x: Value): Value => {
  const most = rankOf(0.999, inputs, outputs) ?? 0;
  const chosen = g.constant('rank', { type: 'int64', shape: [1], data: BigInt64Array.of(BigInt(rank)) });
  const asked = g.input('asked', 'int64', [1]);
  const count = g.op('Min', [asked, chosen]);
  const down = g.op('Slice', [weight(g, 'down', [inputs, most]), g.int64([0]), count, g.int64([1])]);
  const up = g.op('Slice', [weight(g, 'up', [most, outputs]), g.int64([0]), count, g.int64([0])]);
  return g.op('MatMul', [g.op('MatMul', [x, down]), up]);
};

/** Integers of 8 bits, activations too: what the int8 files of this toolkit do. */
const int8 = (g: GraphBuilder, x: Value): Value => {
  const [values, step, zero] = g.ops('DynamicQuantizeLinear', [x], 3) as [Value, Value, Value];
  const data = Int8Array.from({ length: inputs * outputs }, () => random.integer(-64, 64));
  const product = g.op('MatMulInteger', [
    values,
    g.constant('w', { type: 'int8', shape: [inputs, outputs], data }),
    zero,
  ]);
  return g.op('Mul', [g.op('Cast', [product], { to: 1 }), g.op('Mul', [step, weight(g, 'steps', [outputs])])]);
};

/** Weights of 4 bits in blocks of 32, activations in 8 bits while they are multiplied: an operator of ONNX Runtime alone. */
const int4 = (g: GraphBuilder, x: Value): Value => {
  const block = 32;
  const blocks = inputs / block;
  const data = Uint8Array.from({ length: (inputs * outputs) / 2 }, () => random.integer(0, 255));
  const packed = g.constant('w', { type: 'uint8', shape: [outputs, blocks, block / 2], data });
  return g.ops('MatMulNBits', [x, packed, weight(g, 'steps', [outputs * blocks])], 1, {
    domain: 'com.microsoft',
    attributes: { K: inputs, N: outputs, bits: 4, block_size: block, accuracy_level: 4 },
  })[0] as Value;
};

const formats: Readonly<Record<string, { readonly about: string; readonly bytes: () => Uint8Array }>> = {
  dense: {
    about: 'the matrix',
    bytes: () => graphOf((g, x) => g.op('MatMul', [x, weight(g, 'w', [inputs, outputs])])),
  },
  factors: {
    about: `two factors of rank ${rank}`,
    bytes: () =>
      graphOf((g, x) =>
        g.op('MatMul', [g.op('MatMul', [x, weight(g, 'down', [inputs, rank])]), weight(g, 'up', [rank, outputs])]),
      ),
  },
  slices: {
    about: `parts of rank ${rank}, cut out of factors of the break-even rank in every run`,
    bytes: () => graphOf(slices),
  },
  int8: { about: 'integers of 8 bits', bytes: () => graphOf(int8) },
  int4: { about: 'integers of 4 bits in blocks of 32 (MatMulNBits)', bytes: () => graphOf(int4) },
  tensor_train: {
    about: `a tensor train of rank ${train.rank} over 16 x 24 and 32 x 48`,
    bytes: () => graphOf(tensorTrain),
  },
};

export const formatsRows = async (): Promise<Row[]> => {
  const rows: Row[] = [];
  const table: (string | number)[][] = [];
  for (const tokens of [1, 8, 16, 32, 128]) {
    const runs: Record<string, () => Promise<unknown>> = {};
    const sessions = [];
    for (const [name, { bytes }] of Object.entries(formats)) {
      const { ort, session } = await openSession(bytes(), { threads: 1 });
      sessions.push(session);
      const x = new ort.Tensor('float32' as never, normal(tokens * inputs) as never, [tokens, inputs]);
      const asked = new ort.Tensor('int64' as never, BigInt64Array.of(BigInt(rank)) as never, [1]);
      const feeds = { x, ...(session.inputNames.includes('asked') && { asked }) };
      runs[name] = async () => {
        for (let i = 0; i < 40; i++) await session.run(feeds);
      };
    }
    const times = await compareInTurn(runs, { rounds: roundsOf(25) });
    for (const session of sessions) await session.release();
    const row: (string | number)[] = [tokens];
    for (const name of ['factors', 'slices', 'tensor_train', 'int8', 'int4']) {
      const factor = ratio(times['dense'] ?? [], times[name] ?? []);
      row.push(Number(factor.p50.toFixed(2)));
      rows.push({
        id: `weights.matrix.${name}.${tokens}`,
        value: factor.p50,
        unit: 'x as fast as the matrix',
        note: `${formats[name]?.about} in place of a matrix [${inputs}, ${outputs}]${name.startsWith('int') ? '' : ', half its multiplications'}, ${tokens} tokens, ONNX Runtime, one thread; ${formatSpread(factor)}`,
      });
    }
    table.push(row);
  }
  console.log(`\n${formatTable(['tokens', 'factors', 'slices', 'tensor train', 'int8', 'int4'], table)}`);
  return rows;
};
