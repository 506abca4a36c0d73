import { join } from 'node:path';
import { writeFile } from '@length-adaptive/models';
import { startBackend } from '../engine/backend.js';
import type { NamedConfig } from './bench-configs.js';
import { chooseConfigs } from './bench-configs.js';
import type { BenchEngine, OwnEngine } from './bench-engine.js';
import type { MakeBatch } from './bench-inputs.js';
import { padded, randomBatches, readBenchTexts, textBatches } from './bench-inputs.js';
import type { BenchRow, Cell } from './bench-rows.js';
import { contendersOf, rowsOf } from './bench-rows.js';
import { benchTable } from './bench-table.js';
import { measureInTurn } from './measure-in-turn.js';
import { openOthers, openOwnEngines } from './open-engines.js';
import type { Context } from '../context/command.js';
import type { BenchSettings } from './options.js';
import { benchOptions } from './options.js';
import { CliError } from '../context/errors.js';
import { required, savedSettings } from '../context/settings.js';
import { benchChart } from './bench-chart.js';
import { openingOf } from '../engine/opening.js';
import { checkNoOtherRun, writeRunResult, writeRunStart } from '../run-folder/run-folder.js';

/** What `bench` prints as JSON. */
export interface BenchResult {
  readonly model: string;
  readonly configs: readonly NamedConfig[];
  /** What was left out. */
  readonly notes: readonly string[];
  readonly rows: readonly BenchRow[];
}

/** What all cells share. */
interface Bench {
  readonly engines: readonly BenchEngine[];
  readonly configs: readonly NamedConfig[];
  readonly model: OwnEngine['opened'];
  readonly padTo: number;
  readonly makeBatch: MakeBatch;
}

/** The lengths that the model has positions for. */
const lengthsFor = (lengths: readonly number[], positions: number, note: (line: string) => void): number[] => {
  const fitting = [...new Set(lengths)].filter((tokens) => tokens <= positions);
  const beyond = lengths.filter((tokens) => tokens > positions);
  if (fitting.length === 0)
    throw new CliError(
      'INPUT_INVALID',
      `--lengths is ${lengths.join(',')} but the model has ${positions} positions; give at most ${positions}.`,
    );
  if (beyond.length > 0) note(`Length ${beyond.join(', ')} is left out: the model has ${positions} positions.`);
  return fitting;
};

const padLength = (asked: number | undefined, lengths: readonly number[], positions: number): number => {
  if (asked !== undefined && asked > positions)
    throw new CliError(
      'INPUT_INVALID',
      `--pad-to is ${asked} but the model has ${positions} positions; give at most ${positions}.`,
    );
  return asked ?? Math.max(...lengths);
};

/** The rows of all cells. Contenders of a cell share the time of all its rows. */
const measureAll = async (
  cells: readonly Cell[],
  { engines, configs, model: { model, tokenizer }, padTo, makeBatch }: Bench,
  { seconds }: BenchSettings,
  { signal, progress }: Context,
): Promise<BenchRow[]> => {
  const shown = progress('bench', 'rows');
  const planned = cells.map((cell) => ({
    cell,
    contenders: engines.flatMap((engine) => contendersOf(engine, configs, { tokens: cell.tokens, padTo })),
  }));
  const total = planned.reduce((sum, { contenders }) => sum + contenders.length, 0);
  const rows: BenchRow[] = [];
  try {
    for (const { cell, contenders } of planned) {
      const inputs = makeBatch(cell.batch, cell.tokens);
      const paddedInputs = padded(inputs, padTo, tokenizer.padId);
      const runs = contenders.map(
        ({ engine, point, padTo: pads }) =>
          () =>
            engine.run(pads === undefined ? inputs : paddedInputs, point),
      );
      const onRun = (share: number): void =>
        shown.update(
          rows.length + Math.floor(share * contenders.length),
          total,
          `batch ${cell.batch}, ${cell.tokens} tokens`,
        );
      const timings = await measureInTurn(runs, { seconds: seconds * contenders.length, signal, onRun });
      rows.push(...rowsOf(cell, contenders, timings, (tokens, point) => model.macs(tokens, point)));
    }
  } finally {
    shown.end();
  }
  return rows;
};

/** Measures engines, configurations and baselines side by side. */
export const bench = async (settings: BenchSettings, context: Context): Promise<void> => {
  const source = required(settings.model, 'model');
  const { signal } = context;
  const notes: string[] = [];
  const note = (line: string): void => {
    notes.push(line);
    context.note(line);
  };
  const options = {
    precisions: settings.precision ?? (['fp32'] as const),
    threads: settings.threads,
    opening: openingOf(settings),
    signal,
  };
  const texts = settings.data === undefined ? undefined : await readBenchTexts(settings.data, context.io.stdin);
  await startBackend(settings);
  const engines: BenchEngine[] = [];
  try {
    const [first] = await openOwnEngines(source, { ...options, engines: settings.engines }, engines);
    if (!first) throw new CliError('USAGE', '--engines names no engine.');
    const { model, lengthAdaptive } = first.opened;
    const { positions } = model.dimensions;
    const lengths = lengthsFor(settings.lengths, positions, note);
    const padTo = padLength(settings.padTo, lengths, positions);
    const configs = chooseConfigs(model, {
      asked: settings.configs,
      paretoSet: lengthAdaptive?.paretoSet ?? [],
      lengths,
    });
    const makeBatch =
      texts === undefined ? randomBatches(first.opened, settings.seed) : textBatches(first.opened, texts);
    await openOthers(source, { ...options, onnx: settings.onnx, note }, engines);
    if (settings.out !== undefined) {
      await checkNoOtherRun(settings.out, benchOptions);
      await writeRunStart(settings.out, {
        ...savedSettings(benchOptions, settings),
        engines: settings.engines ?? [first.engine],
      });
    }

    const cells = [...new Set(settings.batch)].flatMap((batch) => lengths.map((tokens) => ({ batch, tokens })));
    const rows = await measureAll(
      cells,
      { engines, configs, model: first.opened, padTo, makeBatch },
      settings,
      context,
    );
    const result: BenchResult = { model: source, configs, notes, rows };
    if (settings.out !== undefined) {
      await writeRunResult(settings.out, result);
      await writeFile(join(settings.out, 'bench.svg'), benchChart(rows));
    }
    context.print(settings.json ? JSON.stringify(result) : benchTable(rows, configs));
  } finally {
    for (const engine of engines) await engine.dispose();
  }
};
