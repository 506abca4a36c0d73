/** Our graph at full length against the independent export of the same weights, and shorter configurations against full length: random tokens, no padding. */
import type { EncoderInput } from '@length-adaptive/core';
import { cost, createRandom, fullLength } from '@length-adaptive/core';
import type { HostModel, Precision } from '@length-adaptive/onnx';
import { constantRatioChain } from '@length-adaptive/search';
import type { Row } from '../harness.js';
import { compareInTurn, formatSpread, formatTable, ratio, spread } from '../harness.js';
import type { BareEncoder } from './bare-encoder.js';
import { openOurs, openTheirs } from './bare-encoder.js';
import type { GemmPeak } from './gemm-peak.js';
import { threadCounts } from './gemm-peak.js';
import type { Dtype, ModelName } from './peers.js';
import { roundsOf } from './rounds.js';

/** A model at a precision, and the independent export of it where there is one. */
interface Variant {
  readonly name: ModelName;
  readonly slug: string;
  readonly precision: Precision;
  readonly peer?: Dtype;
  /** What each layer of the shorter configuration keeps of what it gets: about half the MACs in all. */
  readonly keep: number;
}

const variants: readonly Variant[] = [
  { name: 'all-MiniLM-L6-v2', slug: 'minilm', precision: 'fp32', peer: 'fp32', keep: 0.78 },
  { name: 'all-MiniLM-L6-v2', slug: 'minilm', precision: 'int8', peer: 'q8', keep: 0.78 },
  { name: 'gte-small', slug: 'gte-small', precision: 'fp32', peer: 'fp32', keep: 0.88 },
  { name: 'gte-small', slug: 'gte-small', precision: 'int8', keep: 0.88 },
];

const shapes = [
  { batch: 1, length: 128 },
  { batch: 1, length: 384 },
  { batch: 8, length: 128 },
  { batch: 8, length: 384 },
] as const;

interface Cell extends Variant {
  readonly batch: number;
  readonly length: number;
  readonly threads: number;
}

const keyOf = ({ slug, precision, batch, length, threads }: Cell): string =>
  `${slug}.${precision}.b${batch}.s${length}.t${threads}`;

/** One measured cell; milliseconds are medians. */
interface Measured extends Cell {
  readonly fullMs: number;
  readonly theirMs: number | undefined;
  /** Our time at full length as a share of theirs. */
  readonly ratio: number | undefined;
  readonly gain: number;
  readonly macsGain: number;
  readonly efficiency: number;
  readonly rows: readonly Row[];
}

const roundsFor = (work: number): number => roundsOf(work > 2000 ? 3 : work > 700 ? 5 : 9);

const largestDifference = (ours: Float32Array, theirs: Float32Array): number =>
  ours.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (theirs[i] ?? Number.NaN))), 0);

const randomInputs = (batch: number, length: number): EncoderInput[] => {
  const random = createRandom(batch, length);
  return Array.from({ length: batch }, () => ({
    ids: Int32Array.from({ length }, () => random.integer(1000, 30_000)),
  }));
};

/** Both must compute the same, or their times say nothing. int8 quantises in two different ways: there it is only shown. */
const assertSame = async (ours: BareEncoder, theirs: BareEncoder, precision: Precision): Promise<void> => {
  const inputs = randomInputs(2, 32);
  const difference = largestDifference(await ours.prepare(inputs)(), await theirs.prepare(inputs)());
  if (precision === 'fp32' && !(difference < 1e-3))
    throw new Error(
      `our hidden states and the independent export's differ by ${difference}: these are not the same weights`,
    );
};

const measureCell = async (
  cell: Cell,
  ours: BareEncoder,
  theirs: BareEncoder | undefined,
  peak: GemmPeak,
): Promise<Measured> => {
  const { batch, length, threads, keep } = cell;
  const { dimensions } = ours;
  const { layers } = dimensions;
  const inputs = randomInputs(batch, length);
  const chain = constantRatioChain(layers, keep);
  const contenders: Record<string, () => unknown> = {
    ...(theirs && { theirs: theirs.prepare(inputs) }),
    full: ours.prepare(inputs),
    reduced: ours.prepare(inputs, chain),
  };
  const times = await compareInTurn(contenders, { rounds: roundsFor((batch * length * layers) / 6), warmup: 1 });
  const [full = [], reduced = [], their] = [times['full'], times['reduced'], times['theirs']];

  const macs = { full: cost(dimensions, fullLength(layers), length), reduced: cost(dimensions, chain, length) };
  const share = (ms: number, each: number): string =>
    `${((2 * batch * each) / ms / 1e6 / (peak[threads] ?? Number.NaN)).toFixed(2)} of the fp32 GEMM peak`;
  const [fullMs, reducedMs] = [spread(full).p50, spread(reduced).p50];
  const gain = ratio(full, reduced);
  const macsGain = macs.full / macs.reduced;
  const efficiency = gain.p50 / macsGain;
  const against = their && ratio(full, their);
  const rows: Row[] = [
    ...(their && against
      ? [
          {
            id: `onnx.full.ratio.${keyOf(cell)}`,
            value: against.p50,
            unit: "share of the independent export's time",
            note: `ours ${fullMs.toFixed(1)} ms (${share(fullMs, macs.full)}), theirs ${spread(their).p50.toFixed(1)} ms; ${formatSpread(against, 3)}`,
          },
        ]
      : []),
    {
      id: `onnx.eff.${keyOf(cell)}`,
      value: efficiency,
      unit: 'gain in time / gain in MACs',
      note: `each layer keeps ${keep * 100} %: ${macsGain.toFixed(2)}x fewer MACs, ${formatSpread(gain)}x faster than our own full length; ${fullMs.toFixed(1)} ms (${share(fullMs, macs.full)}) -> ${reducedMs.toFixed(1)} ms (${share(reducedMs, macs.reduced)})`,
    },
  ];
  return {
    ...cell,
    fullMs,
    theirMs: their && spread(their).p50,
    ratio: against?.p50,
    gain: gain.p50,
    macsGain,
    efficiency,
    rows,
  };
};

const measureVariant = async (variant: Variant, model: HostModel, peak: GemmPeak): Promise<Measured[]> => {
  const measured: Measured[] = [];
  for (const threads of threadCounts) {
    const ours = await openOurs(model, variant.precision, threads);
    const theirs = variant.peer && (await openTheirs(variant.name, model.dimensions, variant.peer, threads));
    if (theirs) await assertSame(ours, theirs, variant.precision);
    for (const shape of shapes) measured.push(await measureCell({ ...variant, ...shape, threads }, ours, theirs, peak));
    await Promise.all([ours.release(), theirs?.release()]);
  }
  return measured;
};

const print = (measured: readonly Measured[]): void => {
  const number = (value: number | undefined, digits: number): string =>
    value === undefined ? '-' : value.toFixed(digits);
  const lines = measured.map((cell) => [
    cell.slug,
    cell.precision,
    cell.batch,
    cell.length,
    cell.threads,
    number(cell.theirMs, 1),
    number(cell.fullMs, 1),
    number(cell.ratio, 3),
    number(cell.macsGain, 2),
    number(cell.gain, 2),
    number(cell.efficiency, 3),
  ]);
  console.log(
    `\n${formatTable(['model', 'precision', 'batch', 'tokens', 'threads', 'theirs ms', 'ours ms', 'ours/theirs', 'MACs gain', 'time gain', 'efficiency'], lines)}`,
  );
};

const least = (cells: readonly Measured[]): Measured =>
  cells.reduce((best, cell) => (cell.efficiency < best.efficiency ? cell : best));

const smallestEfficiency = (measured: readonly Measured[], length: number): Row => {
  const cells = measured.filter((cell) => cell.length === length && cell.threads === 1);
  const worst = least(cells);
  const of = (precision: Precision): string =>
    `${precision} ${least(cells.filter((cell) => cell.precision === precision)).efficiency.toFixed(3)}`;
  return {
    id: `onnx.eff.${length}.min`,
    value: worst.efficiency,
    unit: 'gain in time / gain in MACs',
    note: `smallest of ${cells.length} one-thread cells at ${length} tokens, in ${keyOf(worst)}; ${of('fp32')}, ${of('int8')}`,
  };
};

/** Sections A and B. */
export const graphRows = async (read: (name: ModelName) => Promise<HostModel>, peak: GemmPeak): Promise<Row[]> => {
  const measured: Measured[] = [];
  for (const variant of variants) {
    const cells = await measureVariant(variant, await read(variant.name), peak);
    print(cells);
    measured.push(...cells);
  }
  const compared = measured.filter((cell) => cell.threads === 1 && cell.ratio !== undefined);
  const slowest = compared.reduce((worst, cell) => ((cell.ratio ?? 0) > (worst.ratio ?? 0) ? cell : worst));
  return [
    {
      id: 'onnx.full.ratio.max',
      value: slowest.ratio ?? Number.NaN,
      unit: "share of the independent export's time",
      note: `largest of the medians of ${compared.length} one-thread cells, in ${keyOf(slowest)}`,
    },
    smallestEfficiency(measured, 384),
    smallestEfficiency(measured, 128),
    ...measured.flatMap(({ rows }) => rows),
  ];
};
