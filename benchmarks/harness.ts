/**
 * What every benchmark shares. `npm run bench -- NAME` runs `benchmarks/NAME.ts` against the built packages; such a file measures,
 * and ends with `report(NAME, rows)`, which prints the table and writes `benchmarks/results/NAME.json`.
 *
 * This folder is a private Nx project so that these helpers are linted, type-checked and tested like any other source.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** One figure. READMEs and the docs quote it by `id`. */
export interface Row {
  /** Dotted and stable, the benchmark's name first: `search.hv.zdt1`. */
  readonly id: string;
  readonly value: number;
  readonly unit: string;
  /** How it was measured: seeds, counts, split, spread. */
  readonly note: string;
}

/** Quartiles of repeated measurements. */
export interface Spread {
  readonly p25: number;
  readonly p50: number;
  readonly p75: number;
  readonly count: number;
}

export interface CompareOptions {
  /** Measured rounds; each round runs every contender once. Default 15. */
  readonly rounds?: number;
  /** Rounds before them that are not measured. Default 3. */
  readonly warmup?: number;
  /** Milliseconds. Default `performance.now`. */
  readonly now?: (() => number) | undefined;
  /** Runs of a contender right before each that is measured: the threads of the one before look for work a while longer, and take time from it. Default 0. */
  readonly settle?: number | undefined;
}

/** The `q`-quantile, 0 <= q <= 1, with linear interpolation between the two nearest values. */
export const quantile = (values: readonly number[], q: number): number => {
  const sorted = Float64Array.from(values).sort();
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)];
  const high = sorted[Math.ceil(at)];
  if (low === undefined || high === undefined) throw new RangeError(`a quantile of ${values.length} values at ${q}`);
  return low + (high - low) * (at - Math.floor(at));
};

/** Median and quartiles. */
export const spread = (values: readonly number[]): Spread => ({
  p25: quantile(values, 0.25),
  p50: quantile(values, 0.5),
  p75: quantile(values, 0.75),
  count: values.length,
});

/**
 * Spread of `numerator[i] / denominator[i]`. Pairing what ran in the same round cancels whatever slowed the whole machine in that round.
 */
export const ratio = (numerator: readonly number[], denominator: readonly number[]): Spread => {
  if (numerator.length !== denominator.length) {
    throw new RangeError(`a ratio pairs rounds: ${numerator.length} against ${denominator.length} values`);
  }
  return spread(numerator.map((value, round) => value / (denominator[round] ?? Number.NaN)));
};

/** `1.23 (1.20 to 1.31, n = 15)`: the median and its quartiles, for a row's note. */
export const formatSpread = ({ p25, p50, p75, count }: Spread, digits = 2): string =>
  `${p50.toFixed(digits)} (${p25.toFixed(digits)} to ${p75.toFixed(digits)}, n = ${count})`;

/**
 * Times contenders in turn in this process (A B A B ...), so that all of them meet the same machine.
 *
 * @returns the milliseconds of each measured round, for each contender
 * @example
 * const { ours, theirs } = await compareInTurn({ ours: () => f(input), theirs: () => g(input) });
 * console.log(formatSpread(ratio(theirs, ours)));
 */
export const compareInTurn = async <Name extends string>(
  contenders: Readonly<Record<Name, () => unknown>>,
  { rounds = 15, warmup = 3, now = () => performance.now(), settle = 0 }: CompareOptions = {},
): Promise<Record<Name, number[]>> => {
  const names = Object.keys(contenders) as Name[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = -warmup; round < rounds; round++) {
    for (const name of names) {
      for (let run = 0; run < settle; run++) await contenders[name]();
      const start = now();
      await contenders[name]();
      const elapsed = now() - start;
      if (round >= 0) times[name].push(elapsed);
    }
  }
  return times;
};

/** A share for readers: 0.1234 is 12.3 %. */
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** An aligned table of text: columns of numbers to the right, others to the left. */
export const formatTable = (header: readonly string[], rows: readonly (readonly (string | number)[])[]): string => {
  const lines = [header, ...rows.map((cells) => cells.map(String))];
  const widths = header.map((_, column) => Math.max(...lines.map((cells) => (cells[column] ?? '').length)));
  const isNumeric = header.map(
    (_, column) => rows.length > 0 && rows.every((cells) => typeof cells[column] === 'number'),
  );
  const format = (cells: readonly string[]) =>
    widths
      .map((width, column) =>
        isNumeric[column] ? (cells[column] ?? '').padStart(width) : (cells[column] ?? '').padEnd(width),
      )
      .join('  ')
      .trimEnd();
  const [head = [], ...body] = lines;
  return [format(head), widths.map((width) => '-'.repeat(width)).join('  '), ...body.map(format)].join('\n');
};

export interface RowOptions {
  /** First parts that ids may have besides the benchmark's name: `['train']` allows `train.loss`. Default none. */
  readonly alsoUnder?: readonly string[];
}

/** Throws unless these rows can be published: finite values, unique ids under the benchmark's name, a unit and a note each. */
export const assertRows = (name: string, rows: readonly Row[], { alsoUnder = [] }: RowOptions = {}): void => {
  const seen = new Set<string>();
  const prefixes = [name, ...alsoUnder].map((prefix) => `${prefix}.`);
  for (const { id, value, unit, note } of rows) {
    const fault = !prefixes.some((prefix) => id.startsWith(prefix))
      ? `its id must start with "${prefixes.join('" or "')}"`
      : seen.has(id)
        ? 'its id is there twice'
        : !Number.isFinite(value)
          ? `its value is ${value}`
          : unit === ''
            ? 'it has no unit'
            : note === ''
              ? 'it has no note'
              : undefined;
    if (fault !== undefined) throw new Error(`benchmark "${name}", row "${id}": ${fault}`);
    seen.add(id);
  }
  if (rows.length === 0) throw new Error(`benchmark "${name}" has no rows`);
};

/** The rows of `results/NAME.json` that belong to groups of which a run has none: those that it was asked to leave out. */
export const rowsLeftOut = (
  name: string,
  rows: readonly Row[],
  groupOf: (row: Row) => string,
  folder = fileURLToPath(new URL('results', import.meta.url)),
): Row[] => {
  const file = path.join(folder, `${name}.json`);
  if (!existsSync(file)) return [];
  const own = new Set(rows.map(groupOf));
  return (JSON.parse(readFileSync(file, 'utf8')) as Row[]).filter((row) => !own.has(groupOf(row)));
};

/** Prints the rows and writes them to `results/NAME.json`, whole or not at all. */
export const report = (
  name: string,
  rows: readonly Row[],
  {
    folder = fileURLToPath(new URL('results', import.meta.url)),
    ...options
  }: RowOptions & { readonly folder?: string } = {},
): void => {
  assertRows(name, rows, options);
  console.log(
    formatTable(
      ['id', 'value', 'unit', 'note'],
      rows.map(({ id, value, unit, note }) => [id, Number(value.toPrecision(6)), unit, note]),
    ),
  );
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${name}.json`);
  const published = rows.map(({ id, value, unit, note }) => JSON.stringify({ id, value, unit, note }));
  writeFileSync(`${file}.part`, `[\n  ${published.join(',\n  ')}\n]\n`);
  renameSync(`${file}.part`, file);
};
