/** What ONNX Runtime can reach on this machine: one large matrix product. */
import { createRandom } from '@length-adaptive/core';
import { createGraph, openSession, opset } from '@length-adaptive/onnx';
import type { Row } from '../harness.js';
import { compareInTurn, formatSpread, formatTable, spread } from '../harness.js';
import { roundsOf } from './rounds.js';

const size = 1024;

/** Thread counts that everything is measured with. */
export const threadCounts = [1, 2] as const;

/** GFLOP/s of a product in single precision, by threads. */
export type GemmPeak = Readonly<Record<number, number>>;

const productGraph = (weight: Float32Array): Uint8Array => {
  const g = createGraph();
  const a = g.input('a', 'float32', [size, size]);
  g.output(
    'c',
    g.op('MatMul', [a, g.constant('b', { type: 'float32', shape: [size, size], data: weight })]),
    'float32',
    [size, size],
  );
  return g.model({ opset });
};

const measure = async (threads: number): Promise<Row> => {
  const random = createRandom(1);
  const matrix = (): Float32Array => Float32Array.from({ length: size * size }, random.normal);
  const { ort, session } = await openSession(productGraph(matrix()), { threads });
  const feeds = { a: new ort.Tensor('float32' as never, matrix() as never, [size, size]) };
  const { product } = await compareInTurn({ product: () => session.run(feeds) }, { rounds: roundsOf(15) });
  await session.release();
  const speed = spread(product.map((ms) => (2 * size ** 3) / ms / 1e6));
  return {
    id: `onnx.gemm.t${threads}`,
    value: speed.p50,
    unit: 'GFLOP/s',
    note: `${size}^3 MatMul in fp32 on onnxruntime-node, ${threads} thread${threads > 1 ? 's' : ''}; ${formatSpread(speed, 0)}`,
  };
};

/** Section D: the rows, and the peak that other rows state their share of. */
export const gemmRows = async (): Promise<{ readonly rows: Row[]; readonly peak: GemmPeak }> => {
  const rows: Row[] = [];
  for (const threads of threadCounts) rows.push(await measure(threads));
  console.log(
    `\n${formatTable(
      ['product', 'GFLOP/s'],
      rows.map(({ id, value }) => [id, Number(value.toFixed(1))]),
    )}`,
  );
  return { rows, peak: Object.fromEntries(threadCounts.map((threads, i) => [threads, rows[i]?.value ?? Number.NaN])) };
};
