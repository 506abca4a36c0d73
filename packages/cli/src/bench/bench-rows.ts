import type { OperatingPoint } from '@length-adaptive/core';
import type { NamedConfig } from './bench-configs.js';
import type { BenchEngine } from './bench-engine.js';
import type { Timing } from './measure-in-turn.js';

/** What is measured in one cell: an engine at a configuration. */
export interface Contender extends NamedConfig {
  readonly engine: BenchEngine;
  /** Tokens that every input is padded to. Default: inputs keep their own length. */
  readonly padTo?: number;
}

/** A batch size at an input length. */
export interface Cell {
  readonly batch: number;
  readonly tokens: number;
}

/** One line of the result. */
export interface BenchRow extends Cell {
  readonly engine: string;
  readonly precision: string;
  readonly config: string;
  readonly point: OperatingPoint;
  /** Median milliseconds of a batch. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** At the median. */
  readonly inputsPerSecond: number;
  /** Throughput, against the unpadded full length of the same engine and precision. */
  readonly ratioToFull: number;
  /** Throughput, against the first row of the same batch and length. */
  readonly ratioToFirst: number;
  /** MACs of the unpadded full length divided by the MACs of this row. */
  readonly macsGain: number;
  /** ratioToFull / macsGain: the share of the saving that arrives as time. */
  readonly efficiency: number;
  readonly rounds: number;
}

/** What contenders run: the configurations where an engine takes them, and the full length padded where that is longer. */
export const contendersOf = (
  engine: BenchEngine,
  configs: readonly NamedConfig[],
  { tokens, padTo }: { readonly tokens: number; readonly padTo: number },
): Contender[] => {
  const [full] = configs;
  if (!full || !engine.adaptive) return configs.slice(0, 1).map((config) => ({ ...config, engine }));
  const baseline = padTo > tokens ? [{ ...full, name: `padded ${padTo}`, engine, padTo }] : [];
  return [...configs.map((config) => ({ ...config, engine })), ...baseline];
};

/** The rows of one cell; an engine's first contender is its full length. */
export const rowsOf = (
  cell: Cell,
  contenders: readonly Contender[],
  timings: readonly Timing[],
  macs: (tokens: number, point?: OperatingPoint) => number,
): BenchRow[] => {
  const timed = contenders.flatMap((contender, index) =>
    timings.slice(index, index + 1).map((timing) => ({ ...contender, ...timing })),
  );
  return timed.map(({ engine, name, point, padTo = cell.tokens, p50Ms, p95Ms, rounds }) => {
    const fullMs = timed.find((other) => other.engine === engine)?.p50Ms ?? p50Ms;
    const ratioToFull = fullMs / p50Ms;
    const macsGain = macs(cell.tokens) / macs(padTo, point);
    return {
      engine: engine.engine,
      precision: engine.precision,
      config: name,
      point,
      ...cell,
      p50Ms,
      p95Ms,
      inputsPerSecond: (1000 * cell.batch) / p50Ms,
      ratioToFull,
      ratioToFirst: (timed[0]?.p50Ms ?? p50Ms) / p50Ms,
      macsGain,
      efficiency: ratioToFull / macsGain,
      rounds,
    };
  });
};
