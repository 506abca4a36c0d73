/** Predicted times beside measured ones, on this machine: of points with ranks, by a calibration that timed factors and by one that did not. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { OperatingPoint } from '@length-adaptive/core';
import { formatPoint, uniformRanks } from '@length-adaptive/core';
import type { LatencyModel, RunnableModel } from '@length-adaptive/models';
import { calibrateLatency, processorTime } from '@length-adaptive/models';
import type { Precision } from '@length-adaptive/onnx';
import { openOnnx } from '@length-adaptive/onnx';
import { dataFolder } from '../accuracy/accuracy-rows.js';
import type { Row } from '../harness.js';
import { compareInTurn, formatTable, quantile } from '../harness.js';
import { roundsOf } from '../onnx/rounds.js';
import { factored } from './factored-models.js';
import { about, seeds, trainedModel } from './trained-models.js';

const short = [0.83, 0.68, 0.52, 0.46, 0.44, 0.11];

/** Other ranks than those that a calibration times. */
const points: readonly OperatingPoint[] = [
  {},
  { lengths: short },
  ...[0.75, 0.5, 0.25].flatMap((share) => [
    { ranks: uniformRanks(6, share) },
    { lengths: short, ranks: uniformRanks(6, share) },
  ]),
  { ranks: { attention: new Array<number>(6).fill(0.5), feedForward: new Array<number>(6).fill(1) } },
];

const tokenCounts = [8, 16, 48, 128];

interface Timed {
  readonly tokens: number;
  readonly point: OperatingPoint;
  readonly milliseconds: number;
}

const measure = async (model: RunnableModel): Promise<Timed[]> => {
  const timed: Timed[] = [];
  for (const tokens of tokenCounts) {
    const inputs = [{ ids: new Int32Array(tokens).fill(2000) }];
    const runs = points.map((point, i) => [String(i), () => model.run(inputs, { point })] as const);
    // A model that is in use has its weights in the cache: others have put them out of it.
    const options = { rounds: roundsOf(15), now: processorTime(), settle: 2 };
    const times = await compareInTurn(Object.fromEntries(runs), options);
    points.forEach((point, i) => timed.push({ tokens, point, milliseconds: quantile(times[String(i)] ?? [], 0.5) }));
  }
  return timed;
};

const errorOf = (latency: LatencyModel, timed: readonly Timed[]): number =>
  quantile(
    timed.map(({ tokens, point, milliseconds }) => Math.abs(latency.milliseconds(tokens, point) / milliseconds - 1)),
    0.5,
  );

/** Of pairs of points whose times differ by a tenth and more, at the same tokens, the share that is put in the right order. */
const orderOf = (latency: LatencyModel, timed: readonly Timed[]): number => {
  const pairs = timed.flatMap((a) =>
    timed.filter((b) => b.tokens === a.tokens && b.milliseconds > 1.1 * a.milliseconds).map((b) => [a, b] as const),
  );
  const right = pairs.filter(
    ([a, b]) => latency.milliseconds(a.tokens, a.point) < latency.milliseconds(b.tokens, b.point),
  );
  return right.length / pairs.length;
};

export const latencyRows = async (): Promise<Row[]> => {
  if (!existsSync(path.join(dataFolder, 'sst2'))) return [];
  const [seed = 1] = seeds;
  const folder = await factored(await trainedModel(seed));
  const rows: Row[] = [];
  for (const precision of ['fp32', 'int8'] satisfies Precision[]) {
    const { model } = await openOnnx(folder, { precision, threads: 1, maxOtherSessions: points.length });
    const options = { lengths: [8, 128], repeats: 9, seconds: 20, now: processorTime() };
    const known = await calibrateLatency(model, options);
    const timed = await measure(model);
    const unknown = await calibrateLatency({ ...model, largestRanks: undefined }, options);
    const table = timed.map(({ tokens, point, milliseconds }) => [
      tokens,
      formatPoint(point),
      ...[milliseconds, known.milliseconds(tokens, point), unknown.milliseconds(tokens, point)].map((value) =>
        Number(value.toFixed(3)),
      ),
    ]);
    console.log(`\n${precision}\n${formatTable(['tokens', 'point', 'measured', 'predicted', 'by shares'], table)}`);
    const note = `${points.length} points, ${points.length - 2} of them with ranks, at ${tokenCounts.join(', ')} tokens, ${precision}, ONNX Runtime, one thread; ${about}, seed ${seed}`;
    for (const [id, latency, how] of [
      ['', known, 'calibrated on a few ranks, none of them these'],
      ['.by_shares', unknown, 'calibrated on whole matrices, factors taken for their share of the time'],
    ] as const)
      rows.push(
        {
          id: `weights.latency.error.${precision}${id}`,
          value: errorOf(latency, timed),
          unit: 'median relative error',
          note: `predicted against measured times, ${how}; ${note}`,
        },
        {
          id: `weights.latency.order.${precision}${id}`,
          value: orderOf(latency, timed),
          unit: 'share of pairs in the right order',
          note: `of points whose times differ by a tenth and more, ${how}; ${note}`,
        },
      );
    model.dispose();
  }
  return rows;
};
