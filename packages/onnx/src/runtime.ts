import { OnnxError, messageOf } from './errors.js';
import type { Piece } from './graph/model-bytes.js';
import { readPieces, wholeBytes } from './graph/model-bytes.js';
import { releaseMemory } from './graph/release-memory.js';
import { openInPlace } from './open-in-place.js';
import type { OnnxContent } from './read-file.js';
import { openWithWeightsFile } from './weights-file.js';

/** A tensor of ONNX Runtime. */
export interface RuntimeTensor {
  readonly data: unknown;
  readonly dims: readonly number[];
}

/** A session of ONNX Runtime. */
export interface RuntimeSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(
    feeds: Readonly<Record<string, RuntimeTensor>>,
    fetches?: Readonly<Record<string, RuntimeTensor | null>>,
  ): Promise<Readonly<Record<string, RuntimeTensor>>>;
  release(): Promise<void>;
}

/** What this package uses of onnxruntime-node and onnxruntime-web, which look the same. */
export interface OnnxRuntime {
  readonly Tensor: new (type: never, data: never, dims: readonly number[]) => RuntimeTensor;
  readonly InferenceSession: { create(model: Uint8Array, options?: never): Promise<RuntimeSession> };
  /** Tells onnxruntime-node by its version. */
  readonly env?: { readonly versions?: { readonly node?: string | undefined } } | undefined;
}

/** How a session runs. */
export interface SessionOptions {
  /** onnxruntime-node or onnxruntime-web, already imported. Default in Node: onnxruntime-node if it is installed, else onnxruntime-web. */
  readonly runtime?: OnnxRuntime | undefined;
  /** Threads of one operator. Default: the runtime's choice, one a core. */
  readonly threads?: number | undefined;
  /** Execution providers in order of preference, such as `['webgpu', 'wasm']`. Default: the runtime's CPU. */
  readonly providers?: readonly string[] | undefined;
}

const candidates = ['onnxruntime-node', 'onnxruntime-web'] as const;

const isRuntime = (module: unknown): module is OnnxRuntime =>
  typeof module === 'object' && module !== null && 'InferenceSession' in module;

const importRuntime = async (name: string): Promise<OnnxRuntime> => {
  const module: unknown = await import(name);
  const { default: inner } = module as { default?: unknown };
  return isRuntime(module) ? module : (inner as OnnxRuntime);
};

/**
 * The ONNX Runtime that is installed.
 *
 * @throws OnnxError `PEER_MISSING` when there is none; the message says what to install
 */
export const findRuntime = async (): Promise<OnnxRuntime> => {
  const reasons: string[] = [];
  for (const name of candidates) {
    try {
      return await importRuntime(name);
    } catch (error) {
      reasons.push(`${name}: ${messageOf(error).split('\n')[0] ?? ''}`);
    }
  }
  throw new OnnxError(
    'PEER_MISSING',
    'No ONNX Runtime is installed. In Node: npm install --ignore-scripts onnxruntime-node (which leaves out the download ' +
      `of GPU files). In a browser: import onnxruntime-web and give it as the option "runtime". (${reasons.join('; ')})`,
  );
};

/** Whether an ONNX Runtime of native speed is installed here. */
export const hasNativeRuntime = async (): Promise<boolean> => {
  try {
    await importRuntime(candidates[0]);
    return true;
  } catch {
    return false;
  }
};

/** What opens something on either engine: the other one's packages need not be there. */
export type OnEngines<Opened> = Readonly<Record<'onnx' | 'tfjs', () => Opened | Promise<Opened>>>;

/**
 * Opens something on the engine that was asked for; `auto` is ONNX Runtime where one of native speed is installed, else TensorFlow.js.
 *
 * @throws what `open` throws
 * @example
 * const predictor = await openOnBestEngine({ onnx: () => loadOnnx('models/reviews'), tfjs: () => load('models/reviews') });
 */
export const openOnBestEngine = async <Opened>(
  open: OnEngines<Opened>,
  engine: 'auto' | keyof OnEngines<Opened> = 'auto',
): Promise<Opened> => open[engine === 'auto' ? ((await hasNativeRuntime()) ? 'onnx' : 'tfjs') : engine]();

/** A session, and the runtime that runs it. */
export interface OpenedSession {
  readonly ort: OnnxRuntime;
  readonly session: RuntimeSession;
}

/**
 * Opens a session.
 *
 * @throws OnnxError `PEER_MISSING`, `OPSET_UNSUPPORTED` when the runtime is too old for the file, `FILE_INVALID`
 */
export const openSession = async (
  model: Uint8Array,
  { runtime, ...options }: SessionOptions = {},
): Promise<OpenedSession> => createSession(runtime ?? (await findRuntime()), model, options);

/**
 * Opens a session of a model that is still to be written. onnxruntime-node maps large weights, which then stand in memory once: in the file that
 * they are in, or else in one of their own.
 *
 * @throws OnnxError as `openSession` does; what reading the model throws
 */
export const openContent = async (
  { content, inPlace }: Pick<OnnxContent, 'content' | 'inPlace'>,
  { runtime, ...options }: SessionOptions = {},
): Promise<OpenedSession> => {
  const ort = runtime ?? (await findRuntime());
  if (!isNative(ort)) return openWhole(ort, content(), options);
  const open = (model: Uint8Array, folder: string): Promise<OpenedSession> =>
    createSession(ort, model, options, folder);
  const mapped = (inPlace && (await openInPlace(inPlace, open))) ?? (await openWithWeightsFile(content, open));
  return mapped ?? openWhole(ort, content(), options);
};

/** Opens a session of a model in one row. */
const openWhole = async (
  ort: OnnxRuntime,
  pieces: readonly Piece[],
  options: Omit<SessionOptions, 'runtime'>,
): Promise<OpenedSession> => {
  const whole = wholeBytes(pieces);
  if (whole) return createSession(ort, whole, options);
  const bytes = await readPieces(pieces);
  const opened = await createSession(ort, bytes, options);
  if (isNative(ort)) releaseMemory(bytes); // which has copied them
  return opened;
};

const isNative = ({ env }: OnnxRuntime): boolean => env?.versions?.node !== undefined;

/** @param folder where weights are that stand beside the model */
const createSession = async (
  ort: OnnxRuntime,
  model: Uint8Array,
  { threads, providers }: Omit<SessionOptions, 'runtime'>,
  folder?: string,
): Promise<OpenedSession> => {
  const options = {
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    ...(threads !== undefined && { intraOpNumThreads: threads, interOpNumThreads: 1 }),
    ...(providers && { executionProviders: providers }),
    ...(folder !== undefined && { extra: { session: { model_external_initializers_file_folder_path: folder } } }),
  };
  try {
    return { ort, session: await ort.InferenceSession.create(model, options as never) };
  } catch (error) {
    const message = messageOf(error);
    if (/opset/i.test(message)) {
      throw new OnnxError(
        'OPSET_UNSUPPORTED',
        `This ONNX Runtime cannot read the file's operators (${message}). Update onnxruntime to 1.16 or later.`,
        { cause: error },
      );
    }
    throw new OnnxError('FILE_INVALID', `ONNX Runtime does not open the model: ${message}`, { cause: error });
  }
};
