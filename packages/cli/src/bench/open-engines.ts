import type { TextModel } from '@length-adaptive/models';
import { openTrainedModel } from '@length-adaptive/models';
import type { Precision } from '@length-adaptive/onnx';
import { OnnxError, openOnBestEngine } from '@length-adaptive/onnx';
import type { OpeningSettings } from '../engine/opening.js';
import { messageOf } from '../context/errors.js';
import type { BenchEngine, OwnEngine } from './bench-engine.js';
import { openOnnxEngine, openTfjsEngine } from './bench-engine.js';
import type { EngineName } from './engine-names.js';
import { openOnnxFile } from './onnx-file.js';
import { checkSignal } from './measure-in-turn.js';
import type { TransformersJs } from './transformers-js.js';
import { importTransformers, openTransformers } from './transformers-js.js';

interface OpenOptions {
  readonly precisions: readonly Precision[];
  readonly threads: number | undefined;
  readonly opening: OpeningSettings;
  readonly signal: AbortSignal | undefined;
}

export interface OpenOwnOptions extends OpenOptions {
  /** Default: onnx where a native ONNX Runtime is installed, else tfjs. */
  readonly engines: readonly EngineName[] | undefined;
}

/** Ways to open what was asked for, none twice. */
const openersOf = (
  source: string,
  names: readonly EngineName[],
  { precisions, threads, opening }: OpenOptions,
): (() => Promise<OwnEngine>)[] =>
  [...new Set(names)].flatMap((name) =>
    name === 'tfjs'
      ? [() => openTfjsEngine(source, opening)]
      : [...new Set(precisions)].map((precision) => () => openOnnxEngine(source, precision, { threads, opening })),
  );

/**
 * Opens our engines in the order they were asked for, ONNX Runtime once a precision.
 *
 * @param opened gets each as it comes, so that all can be closed whatever happens
 */
export const openOwnEngines = async (
  source: string,
  { engines, ...options }: OpenOwnOptions,
  opened: BenchEngine[],
): Promise<OwnEngine[]> => {
  const names = engines ?? [await openOnBestEngine<EngineName>({ onnx: () => 'onnx', tfjs: () => 'tfjs' })];
  const own: OwnEngine[] = [];
  for (const open of openersOf(source, names, options)) {
    checkSignal(options.signal);
    const engine = await open();
    own.push(engine);
    opened.push(engine);
  }
  return own;
};

export interface OpenOthersOptions extends OpenOptions {
  /** Somebody else's export of the same weights. */
  readonly onnx: string | undefined;
  /** Told what is left out, and why. */
  readonly note: (line: string) => void;
  /** transformers.js, or undefined when there is none. Default: as installed. */
  readonly findTransformers?: () => Promise<TransformersJs | undefined>;
}

const openWithTransformers = async (
  source: string,
  library: TransformersJs,
  { precisions, threads, opening }: OpenOptions,
): Promise<BenchEngine[]> => {
  let model: TextModel | undefined;
  try {
    model = await openTrainedModel(source, opening);
    return await openTransformers(library, model, { precisions: [...new Set(precisions)], threads });
  } finally {
    model?.model.dispose();
  }
};

/**
 * Opens what ours are compared with. What is not there is left out with a note.
 *
 * @param opened gets each as it comes
 * @throws CliError `INPUT_NOT_FOUND`, `INPUT_INVALID` for a file of --onnx that is not there or does not fit
 */
export const openOthers = async (
  source: string,
  { onnx, note, findTransformers = importTransformers, ...options }: OpenOthersOptions,
  opened: BenchEngine[],
): Promise<void> => {
  if (onnx !== undefined) {
    try {
      opened.push(await openOnnxFile(onnx, options.threads));
    } catch (error) {
      if (!(error instanceof OnnxError)) throw error;
      note(`--onnx is left out: ${error.message}`);
    }
  }
  checkSignal(options.signal);
  const transformers = await findTransformers();
  if (transformers === undefined)
    return note('transformers.js is left out: it is not installed (npm install @huggingface/transformers).');
  try {
    opened.push(...(await openWithTransformers(source, transformers, options)));
  } catch (error) {
    note(`transformers.js is left out: ${messageOf(error)}`);
  }
};
