import type { BenchRow } from './bench-rows.js';
import { wellFormed } from '../testing/well-formed.js';
import { benchChart } from './bench-chart.js';

const row = (engine: string, config: string, ratioToFirst: number, macsGain: number, tokens = 32): BenchRow => ({
  engine,
  precision: 'fp32',
  config,
  point: { lengths: [1, 1] },
  batch: 1,
  tokens,
  p50Ms: 10 / ratioToFirst,
  p95Ms: 12,
  inputsPerSecond: 100 * ratioToFirst,
  ratioToFull: 1,
  ratioToFirst,
  macsGain,
  efficiency: 1,
  rounds: 5,
});

const rows = [
  row('onnx', 'unpadded full', 1, 1),
  row('onnx', 'pareto 2', 1.8, 2),
  row('onnx', 'padded 384', 0.1, 0.08),
  row('a <b> & "c"', 'unpadded full', 0.5, 1),
];

test('a line for an engine with several points, a dot for one with one, and no padding', () => {
  const svg = benchChart(rows);
  wellFormed(svg);
  expect(svg.match(/<path class="l\d/g)).toHaveLength(1);
  expect(svg).toContain('onnx fp32, pareto 2: 1.80 times the throughput at 50% of the MACs');
  expect(svg).toContain('a &lt;b&gt; &amp; &quot;c&quot; fp32');
  expect(svg).not.toMatch(/padded 384|NaN|Infinity|undefined|geometric/);
});

test('several shapes are drawn as their geometric mean', () => {
  const svg = benchChart([...rows, row('onnx', 'unpadded full', 1, 1, 128), row('onnx', 'pareto 2', 5, 2, 128)]);
  expect(svg).toContain('onnx fp32, pareto 2: 3.00 times');
  expect(svg).toContain('geometric means of 2 batch sizes and lengths');
});

test('one row is a chart too', () => wellFormed(benchChart(rows.slice(0, 1))));
