import { join } from 'node:path';
import type { OperatingPoint } from '@length-adaptive/core';
import type { LabelledInput, TextModel } from '@length-adaptive/models';
import { ModelError, openTrainedModel } from '@length-adaptive/models';
import type { ExportedFile, ExportModelOptions, Verification } from '@length-adaptive/onnx';
import { exportModel, findRuntime, tracedInputs } from '@length-adaptive/onnx';
import { megabytes } from '../chart/megabytes.js';
import { startBackend } from '../engine/backend.js';
import { chosenPoint } from '../choice/chosen-point.js';
import type { Context } from '../context/command.js';
import type { ExportSettings } from './options.js';
import type { DataSet } from '../data/data.js';
import { encodeData, inputsOf, maxLengthFor, readTextData } from '../data/data.js';
import { CliError } from '../context/errors.js';
import { checkLengthSettings, parseBudget } from '../choice/length-choice.js';
import { checkModelFolder } from '../run-folder/model-folder.js';
import { openingOf } from '../engine/opening.js';
import { required } from '../context/settings.js';

/** What `export` prints as JSON. */
export interface ExportResult {
  readonly model: string;
  /** The folder that was written. */
  readonly out: string;
  /** The operating point that was built in; null where any can be chosen. */
  readonly point: OperatingPoint | null;
  readonly files: readonly ExportedFile[];
}

const checkSettings = ({
  budget,
  lengthConfig,
  chooseLayers,
  verify,
  data,
  tolerance,
  leastAgreement,
}: ExportSettings): void => {
  checkLengthSettings({ budget, lengthConfig });
  if (chooseLayers && (budget ?? lengthConfig) !== undefined)
    throw new CliError(
      'USAGE',
      '--choose-layers leaves the configuration open, and --budget or --length-config builds one in; give one of them.',
    );
  if (budget !== undefined && 'latencyMs' in parseBudget(budget)) {
    throw new CliError(
      'USAGE',
      `--budget ${budget} depends on the machine that will run the file; give cost=... or score=..., or leave it for lat predict.`,
    );
  }
  const unused = verify
    ? undefined
    : Object.entries({ '--data': data, '--tolerance': tolerance, '--least-agreement': leastAgreement }).find(
        ([, value]) => value !== undefined,
      )?.[0];
  if (unused !== undefined)
    throw new CliError('USAGE', `${unused} is for the verification; give it or --no-verify, not both.`);
  if (tolerance !== undefined && leastAgreement !== undefined)
    throw new CliError('USAGE', '--tolerance goes by logits and --least-agreement by answers; give one of them.');
};

/** The examples, where all of them have labels that the model knows. */
const labelledOf = (opened: TextModel, data: DataSet, maxLength: number): readonly LabelledInput[] | undefined => {
  if (data.kind.lacksLabels?.(data.examples)) return undefined;
  try {
    return encodeData(opened, data, { maxLength });
  } catch (error) {
    if (error instanceof ModelError || (error instanceof CliError && error.code === 'INPUT_INVALID')) return undefined;
    throw error;
  }
};

/** What to verify on; nothing for the texts of the package. */
const inputsFor = (
  settings: ExportSettings,
  opened: TextModel,
  data: DataSet | undefined,
  { note }: Context,
): Pick<ExportModelOptions, 'inputs' | 'labelled'> => {
  if (data === undefined) return {};
  const maxLength = maxLengthFor(opened, settings.maxLength);
  const labelled = labelledOf(opened, data, maxLength);
  if (labelled) return { labelled };
  note(`${settings.data} has no labels of this model: answers are compared, and not scored.`);
  return { inputs: inputsOf(opened, data, { maxLength }) };
};

/** What the answers to the same texts have in common, for each point in turn. */
const answersText = (points: Verification['points']): string[] => {
  const agreements = points.flatMap(({ agreement }) => agreement ?? []);
  if (agreements.length === 0) return [];
  const equal = agreements.flatMap((agreement) => agreement.equal ?? []);
  const shares =
    equal.length === 0 ? [] : [`same answers ${equal.map((share) => (100 * share).toFixed(1)).join(' / ')} %`];
  return [...shares, `logits off by ${agreements.map(({ error }) => error.toFixed(2)).join(' / ')} of what they vary`];
};

const formatFile = (out: string, { path, bytes, verification }: ExportedFile): string => {
  const parts = [join(out, path), `${megabytes(bytes)} MB`];
  if (!verification) return [...parts, 'not verified'].join('  ');
  const { inputs, points, difference, tolerance, score } = verification;
  const same = points.flatMap(({ samePositions }) => samePositions ?? []);
  return [
    ...parts,
    ...answersText(points),
    `largest difference ${difference.toPrecision(2)}${tolerance === undefined ? '' : ` of ${tolerance} allowed`}`,
    ...(score ? [`${score.metric} ${score.engine.toFixed(4)} (before ${score.reference.toFixed(4)})`] : []),
    same.length === 0
      ? `${inputs} inputs`
      : `same tokens kept in ${Math.min(...same)} of ${tracedInputs(inputs)} inputs`,
  ].join('  ');
};

/** How to run what was written; beside the weights, which `lat` prefers, a configuration that is built in is for others. */
const hint = ({ model, out, point, files }: ExportResult): string => {
  const [first] = files;
  const precision =
    first === undefined || files.some((file) => file.precision === 'fp32') ? [] : [`--precision ${first.precision}`];
  const command = ['lat predict --model', out, '--engine onnx', ...precision, "'Some text.'"].join(' ');
  const run = out === model && point !== null ? [] : [`Run it with: ${command}`];
  return [...run, 'transformers.js and other ONNX tools open the folder too.'].join('\n');
};

/** Writes a model as ONNX files, each verified before it is kept. */
export const exportOnnx = async (settings: ExportSettings, context: Context): Promise<void> => {
  const source = required(settings.model, 'model');
  const { out = source, verify, tolerance, leastAgreement, threads } = settings;
  const precisions = settings.precision && [...new Set(settings.precision)];
  checkSettings(settings);
  if (settings.out === undefined) checkModelFolder(source, 'export');
  const runtime = verify ? await findRuntime() : undefined; // nothing is worth reading without it
  const data = settings.data === undefined ? undefined : await readTextData(settings.data, settings);
  await startBackend(settings);
  const opened = await openTrainedModel(source, {
    reducer: settings.reducer,
    prior: settings.prior,
    departed: settings.departed,
    ...openingOf(settings),
  });
  for (const line of opened.notes ?? []) context.note(line);
  try {
    const point = await chosenPoint(settings, opened, [], { anyBits: true, note: context.note });
    const inputs = inputsFor(settings, opened, data, context);
    const files = await exportModel(out, opened, {
      ...(precisions && { precisions }),
      point,
      ...(settings.chooseLayers && { chooseLayers: true }),
      verify,
      ...inputs,
      tolerance,
      leastAgreement,
      runtime,
      threads,
      signal: context.signal,
    });
    const result: ExportResult = { model: source, out, point: point ?? null, files };
    if (settings.json) return context.print(JSON.stringify(result));
    for (const file of files) context.print(formatFile(out, file));
    context.note(hint(result));
  } finally {
    opened.model.dispose();
  }
};
