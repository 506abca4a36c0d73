/** One layer of a MiniLM with softmax attention beside the same with attention that is linear in the tokens, on long inputs. */
import { createRandom } from '@length-adaptive/core';
import type { GraphBuilder, Value } from '@length-adaptive/onnx';
import { createGraph, openSession, opset } from '@length-adaptive/onnx';
import type { Row } from '../harness.js';
import { compareInTurn, formatSpread, formatTable, ratio } from '../harness.js';
import { roundsOf } from '../onnx/rounds.js';

const [hidden, inner, heads] = [384, 1536, 12];
const size = hidden / heads;

const random = createRandom(2);
const normal = (length: number, deviation: number): Float32Array =>
  Float32Array.from({ length }, () => deviation * random.normal());

/** x W, W of random numbers: no layer norm and no bias, which both kinds have alike. */
const dense = (g: GraphBuilder, name: string, x: Value, from: number, to: number): Value =>
  g.op('MatMul', [x, g.constant(name, { type: 'float32', shape: [from, to], data: normal(from * to, from ** -0.5) })]);

const split = (g: GraphBuilder, x: Value): Value =>
  g.op('Transpose', [g.op('Reshape', [x, g.int64([0, 0, heads, size])])], { perm: [0, 2, 1, 3] }); // [B, heads, T, size]

/** softmax(Q K^T) V */
const softmaxAttention = (g: GraphBuilder, q: Value, k: Value, v: Value): Value => {
  const scores = g.op('MatMul', [q, g.op('Transpose', [k], { perm: [0, 1, 3, 2] })]);
  return g.op('MatMul', [g.op('Softmax', [g.op('Mul', [scores, g.float(size ** -0.5)])], { axis: -1 }), v]);
};

/** f(Q) (f(K)^T V) over its normaliser, f(x) = relu(x) + 0.01: the cheapest of feature maps, without one that is learned. */
const linearAttention = (g: GraphBuilder, q: Value, k: Value, v: Value): Value => {
  const map = (x: Value): Value => g.op('Add', [g.op('Relu', [x]), g.float(0.01)]);
  const [a, b] = [map(q), g.op('Transpose', [map(k)], { perm: [0, 1, 3, 2] })];
  const mixed = g.op('MatMul', [a, g.op('MatMul', [b, v])]);
  const sums = g.op('MatMul', [a, g.op('ReduceSum', [b, g.int64([3])], { keepdims: 1 })]);
  return g.op('Div', [mixed, sums]);
};

const layerGraph = (attention: typeof softmaxAttention): Uint8Array => {
  const g = createGraph();
  const x = g.input('x', 'float32', [1, 'tokens', hidden]);
  const project = (name: string): Value => split(g, dense(g, name, x, hidden, hidden));
  const mixed = g.op('Transpose', [attention(g, project('q'), project('k'), project('v'))], { perm: [0, 2, 1, 3] });
  const context = g.op('Reshape', [mixed, g.int64([0, 0, hidden])]);
  const attended = g.op('Add', [x, dense(g, 'o', context, hidden, hidden)]);
  const wide = dense(g, 'up', attended, hidden, inner);
  const active = g.op('Mul', [wide, g.op('Sigmoid', [wide])]);
  g.output('y', g.op('Add', [attended, dense(g, 'down', active, inner, hidden)]), 'float32', [1, 'tokens', hidden]);
  return g.model({ opset });
};

/** Share of a layer's multiplications that stand in the products of attention: what is linear in the tokens can save. */
const attentionShare = (tokens: number, d: number, f: number): number =>
  (2 * tokens * d) / (2 * tokens * d + 4 * d * d + 2 * d * f);

export const linearAttentionRows = async (): Promise<Row[]> => {
  const rows: Row[] = [];
  for (const tokens of [25, 128, 512, 2048, 8192])
    for (const [name, d, f] of [
      ['minilm', hidden, inner],
      ['bert_base', 768, 3072],
    ] as const)
      rows.push({
        id: `weights.attention.share.${name}.${tokens}`,
        value: attentionShare(tokens, d, f),
        unit: "share of a layer's MACs",
        note: `products of queries, keys and values among ${tokens} tokens, by calculation`,
      });
  const table: (string | number)[][] = [];
  for (const tokens of [128, 512, 2048, 8192]) {
    const x = normal(tokens * hidden, 1);
    const opened = await Promise.all(
      [softmaxAttention, linearAttention].map((attention) => openSession(layerGraph(attention), { threads: 1 })),
    );
    const [softmax, linear] = opened.map(({ ort, session }) => {
      const feeds = { x: new ort.Tensor('float32' as never, x as never, [1, tokens, hidden]) };
      return () => session.run(feeds);
    });
    const [rounds, warmup] = tokens > 4000 ? [3, 1] : [9, 2];
    const times = await compareInTurn(
      { softmax: () => softmax?.(), linear: () => linear?.() },
      { rounds: roundsOf(rounds), warmup },
    );
    for (const { session } of opened) await session.release();
    const factor = ratio(times.softmax, times.linear);
    table.push([tokens, Number(factor.p50.toFixed(2))]);
    rows.push({
      id: `weights.attention.linear.${tokens}`,
      value: factor.p50,
      unit: 'x as fast as softmax attention',
      note: `one layer of MiniLM's sizes with random weights on ${tokens} random tokens, relu features, ONNX Runtime, one thread; ${formatSpread(factor)}`,
    });
  }
  console.log(`\n${formatTable(['tokens', 'linear attention'], table)}`);
  return rows;
};
