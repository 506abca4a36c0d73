import { join } from 'node:path';
import type { EncoderInput, LengthConfig } from '@length-adaptive/core';
import type { TextModel } from '@length-adaptive/models';
import { openTrainedModel } from '@length-adaptive/models';
import type { ExportedFile, Precision } from '@length-adaptive/onnx';
import { exportModel, findRuntime } from '@length-adaptive/onnx';
import { startBackend } from '../engine/backend.js';
import { chosenConfig } from '../choice/chosen-config.js';
import type { Context } from '../context/command.js';
import type { ExportSettings } from './options.js';
import type { DataSet } from '../data/data.js';
import { inputsOf, maxLengthFor, readTextData } from '../data/data.js';
import { CliError } from '../context/errors.js';
import { checkLengthSettings, parseBudget } from '../choice/length-choice.js';
import { checkModelFolder } from '../run-folder/model-folder.js';
import { required } from '../context/settings.js';

/** What `export` prints as JSON. */
export interface ExportResult {
  readonly model: string;
  /** The folder that was written. */
  readonly out: string;
  /** The configuration that was built in; null where any can be chosen. */
  readonly lengthConfig: LengthConfig | null;
  readonly files: readonly ExportedFile[];
}

const checkSettings = ({ budget, lengthConfig, verify, data, tolerance }: ExportSettings): void => {
  checkLengthSettings({ budget, lengthConfig });
  if (budget !== undefined && 'latencyMs' in parseBudget(budget)) {
    throw new CliError(
      'USAGE',
      `--budget ${budget} depends on the machine that will run the file; give cost=... or score=..., or leave it for lat predict.`,
    );
  }
  const unused = verify
    ? undefined
    : data !== undefined
      ? '--data'
      : tolerance !== undefined
        ? '--tolerance'
        : undefined;
  if (unused !== undefined)
    throw new CliError('USAGE', `${unused} is for the verification; give it or --no-verify, not both.`);
};

/** The inputs to verify on; undefined for those of the package. */
const inputsFor = (
  settings: ExportSettings,
  opened: TextModel,
  data: DataSet | undefined,
): EncoderInput[] | undefined =>
  data && inputsOf(opened, data, { maxLength: maxLengthFor(opened, settings.maxLength) });

const formatFile = (out: string, { path, bytes, verification }: ExportedFile): string => {
  const parts = [join(out, path), `${(bytes / 1e6).toFixed(1)} MB`];
  if (!verification) return [...parts, 'not verified'].join('  ');
  const { inputs, configs, difference, tolerance } = verification;
  const same = configs.flatMap(({ samePositions }) => samePositions ?? []);
  return [
    ...parts,
    `largest difference ${difference.toPrecision(2)} of ${tolerance} allowed`,
    same.length === 0 ? `${inputs} inputs` : `same tokens kept in ${Math.min(...same)} of ${inputs} inputs`,
  ].join('  ');
};

/** How to run what was written; beside the weights, which `lat` prefers, a configuration that is built in is for others. */
const hint = ({ model, out, lengthConfig }: ExportResult, precisions: readonly Precision[]): string => {
  const precision = precisions.includes('fp32') ? [] : [`--precision ${precisions[0] ?? ''}`];
  const command = ['lat predict --model', out, '--engine onnx', ...precision, "'Some text.'"].join(' ');
  const run = out === model && lengthConfig !== null ? [] : [`Run it with: ${command}`];
  return [...run, 'transformers.js and other ONNX tools open the folder too.'].join('\n');
};

/** Writes a model as ONNX files, each verified before it is kept. */
export const exportOnnx = async (settings: ExportSettings, context: Context): Promise<void> => {
  const source = required(settings.model, 'model');
  const { out = source, verify, tolerance, threads } = settings;
  const precisions: readonly Precision[] = [...new Set(settings.precision ?? (['fp32', 'int8'] as const))];
  checkSettings(settings);
  if (settings.out === undefined) checkModelFolder(source, 'export');
  const runtime = verify ? await findRuntime() : undefined; // nothing is worth reading without it
  const data =
    settings.data === undefined
      ? undefined
      : await readTextData(settings.data, { ...settings, labelColumn: undefined });
  await startBackend(settings);
  const opened = await openTrainedModel(source);
  for (const line of opened.notes ?? []) context.note(line);
  try {
    const lengthConfig = await chosenConfig(settings, opened, Number.NaN);
    const inputs = inputsFor(settings, opened, data);
    const checkSignal = (): void => {
      if (context.signal?.aborted)
        throw new CliError('ABORTED', `The export was stopped; files that are complete stay in ${out}.`);
    };
    checkSignal();
    const onFile = (file: ExportedFile): void => {
      if (!settings.json) context.print(formatFile(out, file));
      checkSignal();
    };
    const files = await exportModel(out, opened, {
      precisions,
      lengthConfig,
      verify,
      inputs,
      tolerance,
      runtime,
      threads,
      onFile,
    });
    const result: ExportResult = { model: source, out, lengthConfig: lengthConfig ?? null, files };
    if (settings.json) context.print(JSON.stringify(result));
    else context.note(hint(result, precisions));
  } finally {
    opened.model.dispose();
  }
};
