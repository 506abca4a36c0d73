import type { EncoderInput, NamedReducer } from '@length-adaptive/core/encoder';
import { namedReducer, reducerKey } from '@length-adaptive/core/encoder';
import type { LengthConfig, OperatingPoint } from '@length-adaptive/core/lengths';
import { cost, isFullPoint, lengthsOf, pointKey, validateOperatingPoint } from '@length-adaptive/core/lengths';
import type { Dimensions, ModelPrior, PriorSettings } from '@length-adaptive/models/engine';
import type { ModelConfig } from '@length-adaptive/models/files';
import type { RunnableModel, Task } from '@length-adaptive/models/predict';
import {
  architectureOf,
  costOptionsOf,
  createLifetime,
  digestIn,
  endQuietly,
  outputNamesOf,
  resolvePrior,
  withPriors,
} from '@length-adaptive/models/engine';
import { taskOf } from '@length-adaptive/models/predict';
import { OnnxError, messageOf } from './errors.js';
import { keptPositionsOf } from './kept-positions.js';
import type { OnnxFile } from './read-file.js';
import { poolingOf, readOnnxFile } from './read-file.js';
import type { RuntimeSession, SessionOptions } from './runtime.js';
import { openSession } from './runtime.js';
import { tokenFeeds } from './token-batch.js';

/** A model on ONNX Runtime. */
export interface OnnxModel extends RunnableModel {
  readonly engine: 'onnxruntime';
  /**
   * Logits of one batch whose rows have points of their own.
   *
   * @throws CoreError `LENGTH_CONFIG_INVALID`, `OPERATING_POINT_INVALID`, OnnxError `OPTION_INVALID` for another one than the file has built in
   */
  readonly runRows: (inputs: readonly EncoderInput[], points: readonly OperatingPoint[]) => Promise<Float32Array>;
  /** Ends the sessions once what they run is done; may be called again. What is asked for later is refused: ModelError `DISPOSED`. */
  release(): Promise<void>;
}

export interface CreateOnnxModelOptions extends SessionOptions {
  /** The same model with outputs `kept_positions.LAYER`, made when positions are asked for. Default: positions are not known. */
  readonly traced?: (() => Uint8Array | Promise<Uint8Array>) | undefined;
  /** What ranks its tokens: the file must have been exported with it. Default: what the file says. */
  readonly reducer?: NamedReducer | undefined;
  /** What is added to that in the first layers. Default: nothing. */
  readonly prior?: PriorSettings | undefined;
}

/** @throws OnnxError `OPTION_INVALID` for a reducer or a prior that a file cannot run */
const checkRanking = (
  { reducer, prior }: { readonly reducer: NamedReducer | undefined; readonly prior: ModelPrior | undefined },
  { builtIn, reducer: own, priorLayers }: OnnxFile,
): void => {
  if (builtIn && isFullPoint(builtIn)) return; // nothing is ranked
  const fail = (by: string, has: string): never => {
    throw new OnnxError(
      'OPTION_INVALID',
      `The model ranks tokens by ${by}, and the ONNX file was exported to rank them ${has}. Export the model anew (lat export), or open its weights.`,
    );
  };
  if (reducer && reducerKey(reducer) !== reducerKey(own)) fail(reducerKey(reducer), `by ${reducerKey(own)}`);
  if (prior === undefined || prior.layers === priorLayers) return;
  fail(
    `${prior.name} in its first ${prior.layers} layers`,
    priorLayers === 0 ? `by ${reducerKey(own)} alone` : `with a prior in the first ${priorLayers}`,
  );
};

/** @throws OnnxError `OPTION_INVALID` for a pooling that the file was not exported with */
const checkPooling = ({ readout }: Task, { pooling: own }: OnnxFile): void => {
  const asked = poolingOf(readout);
  if (asked === undefined || own === undefined || asked === own) return;
  throw new OnnxError(
    'OPTION_INVALID',
    `The model makes vectors by the pooling "${asked}", and the ONNX file was exported with "${own}". Export the model anew (lat export), or open its weights.`,
  );
};

/** Enough tokens to keep the cores busy; more would push the attention scores of long texts out of the cache. */
export const batchTokens = 640;

/** [B, T] each -> [B, T, outputs]. */
const interleave = (outputs: readonly Float32Array[]): Float32Array =>
  Float32Array.from(
    { length: outputs.length * (outputs[0]?.length ?? 0) },
    (_, i) => outputs[i % outputs.length]?.[Math.floor(i / outputs.length)] as number,
  );

interface RunOnnxFileOptions extends Omit<CreateOnnxModelOptions, 'traced'> {
  /** Of the weights that the file was made of. Default: what config.json says. */
  readonly digest?: (() => Promise<string>) | undefined;
  readonly traced?: (() => Promise<OnnxFile>) | undefined;
}

/** Opens a model that `read` gives once the configuration is known to be good. @throws as `createOnnxModel` does */
export const runOnnxFile = async (
  read: () => OnnxFile | Promise<OnnxFile>,
  config: ModelConfig,
  { traced, reducer, prior: chosen, digest, ...options }: RunOnnxFileOptions = {},
): Promise<OnnxModel> => {
  const dimensions: Dimensions = architectureOf(config).dimensions(config);
  const task: Task = taskOf(config);
  const { layers } = dimensions;
  const prior = resolvePrior(chosen, { task, layers });
  const file = await read();
  const { builtIn, minTokens } = file;
  checkRanking({ reducer, prior }, file);
  checkPooling(task, file);
  const { ort, session } = await openSession(file.bytes, options);
  const expected = outputNamesOf(task);
  if (!expected.every((name) => session.outputNames.includes(name))) {
    await session.release();
    throw new OnnxError(
      'HEAD_UNSUPPORTED',
      `The file gives ${session.outputNames.join(', ')}, expected ${expected.join(' and ')}: it has no head for ${task.name}, which config.json asks for.`,
    );
  }
  const wanted = Object.fromEntries(expected.map((name) => [name, null]));
  const costOptions = { ...costOptionsOf(dimensions, task.readout), minTokens };
  const known = digestIn(config);
  const ownDigest = known === undefined ? undefined : () => Promise.resolve(known);
  let tracedSession: Promise<RuntimeSession> | undefined;

  const runSession = async (on: RuntimeSession, inputs: readonly EncoderInput[], configs: readonly LengthConfig[]) => {
    try {
      const feeds = tokenFeeds(ort, withPriors(prior, inputs), {
        configs,
        layers,
        inputNames: on.inputNames,
        minTokens,
      });
      return await (on === session ? on.run(feeds, wanted) : on.run(feeds));
    } catch (error) {
      throw new OnnxError('RUN_FAILED', `ONNX Runtime could not run the model: ${messageOf(error)}`, { cause: error });
    }
  };
  /** @returns the lengths of a point that the file runs */
  const check = (given: OperatingPoint): LengthConfig => {
    const lengths = lengthsOf(validateOperatingPoint(given, layers), layers);
    if (builtIn === undefined || pointKey(given) === pointKey(builtIn)) return lengths;
    throw new OnnxError(
      'OPTION_INVALID',
      `The file has the length configuration ${lengthsOf(builtIn, layers).join(' ')} built in and runs no other; export it without one to choose.`,
    );
  };
  const lifetime = createLifetime('The model', async () => {
    await session.release();
    await (await tracedSession?.catch(() => undefined))?.release(); // one that did not open has nothing to release
  });
  const runRows: OnnxModel['runRows'] = (inputs, points) =>
    lifetime.during(async () => {
      const lengths = new Map([...new Set(points)].map((given) => [given, check(given)]));
      const configs = points.map((given) => lengths.get(given) as LengthConfig);
      const outputs = await runSession(session, inputs, configs);
      const values = expected.map((name) => outputs[name]?.data as Float32Array);
      return values.length === 1 ? (values[0] as Float32Array) : interleave(values);
    });
  const openTraced = async (make: NonNullable<typeof traced>): Promise<RuntimeSession> =>
    (await openSession((await make()).bytes, options)).session;

  return {
    engine: 'onnxruntime',
    builtIn,
    dimensions,
    task,
    reducer: namedReducer(reducer ?? file.reducer),
    prior,
    batchTokens,
    headMacs: costOptions.head,
    precision: file.precision,
    digest: digest ?? (task.embedding && ownDigest),
    runRows,
    run: (inputs, { point = builtIn ?? {} } = {}) =>
      runRows(
        inputs,
        inputs.map(() => point),
      ),
    keptPositions: (input, point) =>
      lifetime.during(async () => {
        if (!traced) {
          throw new OnnxError(
            'OPTION_INVALID',
            'This file does not tell which tokens it keeps: open the model directory with its weights instead of an exported file.',
          );
        }
        tracedSession ??= openTraced(traced);
        const config = check(point);
        const outputs = await runSession(await tracedSession, [input], [config]);
        return keptPositionsOf(outputs, config, input.ids.length, { minTokens });
      }),
    macs: (length, point = {}) => cost(dimensions, lengthsOf(point, layers), length, costOptions),
    release: () => lifetime.end(),
    dispose: () => endQuietly(lifetime),
  };
};

/**
 * Opens an exported model.
 *
 * @param bytes an ONNX file written by `exportGraph`
 * @param config the model's config.json
 * @throws OnnxError `PEER_MISSING`, `FILE_INVALID`, `OPSET_UNSUPPORTED`, `HEAD_UNSUPPORTED` for a file without the outputs of the config's
 * task, `OPTION_INVALID` for a reducer or a prior that the file was not exported with; ModelError `OPTION_INVALID` for a prior of another task
 */
export const createOnnxModel = async (
  bytes: Uint8Array,
  config: ModelConfig,
  { traced, ...options }: CreateOnnxModelOptions = {},
): Promise<OnnxModel> =>
  runOnnxFile(() => readOnnxFile(bytes), config, {
    ...options,
    traced: traced && (async () => readOnnxFile(await traced())),
  });
