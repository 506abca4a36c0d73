import type { EncoderInput, NamedReducer } from '@length-adaptive/core/encoder';
import { namedReducer, reducerKey } from '@length-adaptive/core/encoder';
import type { LengthConfig, OperatingPoint, Ranks } from '@length-adaptive/core/lengths';
import {
  isFullPoint,
  lengthsOf,
  pointCost,
  pointKey,
  ranksKey,
  uniformRanks,
  validateOperatingPoint,
} from '@length-adaptive/core/lengths';
import type { Dimensions, ModelPrior, PriorSettings } from '@length-adaptive/models/engine';
import type { ModelConfig } from '@length-adaptive/models/files';
import { checkRanks } from '@length-adaptive/models/files';
import type { RunnableModel, Task } from '@length-adaptive/models/predict';
import {
  architectureOf,
  costOptionsOf,
  createLifetime,
  digestIn,
  endQuietly,
  logitCount,
  outputNamesOf,
  resolvePrior,
  withPriors,
} from '@length-adaptive/models/engine';
import { taskOf } from '@length-adaptive/models/predict';
import { OnnxError, messageOf } from './errors.js';
import { keptPositionsOf, mergedIntoOf } from './kept-positions.js';
import { dataBytesOf, inTheModel } from './graph/model-bytes.js';
import type { OnnxContent } from './read-file.js';
import { poolingOf, readOnnxContent } from './read-file.js';
import type { OpenedSession, RuntimeSession, SessionOptions } from './runtime.js';
import { openContent } from './runtime.js';
import { tokenFeeds } from './token-batch.js';

/** A model on ONNX Runtime. */
export interface OnnxModel extends RunnableModel {
  readonly engine: 'onnxruntime';
  /**
   * Logits of one batch whose rows have points of their own.
   *
   * Rows of other ranks than the first run in sessions of their own, each of which holds its weights from when it is first asked for.
   *
   * @throws CoreError `LENGTH_CONFIG_INVALID`, `OPERATING_POINT_INVALID` also for ranks that the model does not have, OnnxError `OPTION_INVALID` for another one than the file has built in
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
  { builtIn, reducer: own, priorLayers }: Omit<OnnxContent, 'content'>,
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
const checkPooling = ({ readout }: Task, { pooling: own }: Omit<OnnxContent, 'content'>): void => {
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

/** Hands out a file for as long as it is opened: what it is read from may be closed afterwards. */
export type LendOnnxFile = <Result>(use: (file: OnnxContent) => Promise<Result>) => Promise<Result>;

/** Logits of rows that ran apart, in their order; those of tokens are as wide as the longest row of all. */
const rowsTogether = (
  parts: readonly (readonly [rows: readonly number[], logits: Float32Array])[],
  inputs: readonly EncoderInput[],
  { readout }: Task,
): Float32Array => {
  const widthOf = (rows: readonly number[]): number =>
    logitCount(readout, Math.max(...rows.map((row) => inputs[row]?.ids.length ?? 0)));
  const width = widthOf(inputs.map((_, row) => row));
  const all = new Float32Array(inputs.length * width);
  for (const [rows, logits] of parts) {
    const own = widthOf(rows);
    rows.forEach((row, i) => all.set(logits.subarray(i * own, (i + 1) * own), row * width));
  }
  return all;
};

interface RunOnnxFileOptions extends Omit<CreateOnnxModelOptions, 'traced'> {
  /** Of the weights that the file was made of. Default: what config.json says. */
  readonly digest?: (() => Promise<string>) | undefined;
  readonly traced?: ((ranks: Ranks | undefined) => LendOnnxFile) | undefined;
  /** The largest ranks that points may ask for, with the file of some. Default: those of the file alone. */
  readonly ranked?: { readonly largest: Ranks; readonly lend: (ranks: Ranks) => LendOnnxFile } | undefined;
}

interface OpenedFile extends OpenedSession {
  readonly file: Omit<OnnxContent, 'content'>;
  readonly weightBytes: number;
}

/** Opens a model that `lend` gives once the configuration is known to be good. @throws as `createOnnxModel` does */
export const runOnnxFile = async (
  lend: LendOnnxFile,
  config: ModelConfig,
  { traced, ranked, reducer, prior: chosen, digest, ...options }: RunOnnxFileOptions = {},
): Promise<OnnxModel> => {
  const given: Dimensions = architectureOf(config).dimensions(config);
  const task: Task = taskOf(config);
  const { layers } = given;
  const prior = resolvePrior(chosen, { task, layers });
  const { ort, session, file, weightBytes } = await lend<OpenedFile>(async ({ content, ...own }) => {
    checkRanking({ reducer, prior }, own);
    checkPooling(task, own);
    return { ...(await openContent(content, options)), file: own, weightBytes: dataBytesOf(content(inTheModel)) };
  });
  const { builtIn, minTokens, ranks: own } = file;
  const dimensions: Dimensions = own ? { ...given, ranks: own } : given;
  const largestRanks = ranked?.largest;
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
  /** Sessions beside the first: of other ranks, and those that trace; opened when they are asked for. */
  const others = new Map<string, Promise<RuntimeSession>>();
  const sessionOf = (key: string, lendOther: LendOnnxFile): Promise<RuntimeSession> => {
    const opened = others.get(key) ?? lendOther(async ({ content }) => (await openContent(content, options)).session);
    others.set(key, opened);
    opened.catch(() => others.delete(key)); // the next who asks tries again
    return opened;
  };
  const keyOf = (ranks: Ranks | undefined): string =>
    ranks === undefined || ranksKey(ranks) === ranksKey(own ?? uniformRanks(layers, 1)) ? 'own' : ranksKey(ranks);

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
  const check = (asked: OperatingPoint): LengthConfig => {
    const lengths = lengthsOf(validateOperatingPoint(asked, layers), layers);
    checkRanks(asked, { dimensions, largestRanks });
    if (builtIn === undefined || pointKey({ lengths: asked.lengths }) === pointKey(builtIn)) return lengths;
    throw new OnnxError(
      'OPTION_INVALID',
      `The file has the length configuration ${lengthsOf(builtIn, layers).join(' ')} built in and runs no other; export it without one to choose.`,
    );
  };
  const lifetime = createLifetime('The model', async () => {
    await session.release();
    for (const opened of others.values()) await (await opened.catch(() => undefined))?.release(); // one that did not open has nothing to release
  });
  /** Logits of rows at the ranks of one session. */
  const runAt = async (
    ranks: Ranks | undefined,
    inputs: readonly EncoderInput[],
    configs: readonly LengthConfig[],
  ): Promise<Float32Array> => {
    const key = keyOf(ranks);
    const on = key === 'own' || !ranked || !ranks ? session : await sessionOf(key, ranked.lend(ranks));
    const outputs = await runSession(on, inputs, configs);
    const values = expected.map((name) => outputs[name]?.data as Float32Array);
    return values.length === 1 ? (values[0] as Float32Array) : interleave(values);
  };
  const runRows: OnnxModel['runRows'] = (inputs, points) =>
    lifetime.during(async () => {
      const lengths = new Map([...new Set(points)].map((asked) => [asked, check(asked)]));
      const groups = new Map<string, number[]>();
      points.forEach(({ ranks }, row) => groups.set(keyOf(ranks), [...(groups.get(keyOf(ranks)) ?? []), row]));
      const run = (rows: readonly number[]): Promise<Float32Array> =>
        runAt(
          points[rows[0] ?? 0]?.ranks,
          rows.map((row) => inputs[row] as EncoderInput),
          rows.map((row) => lengths.get(points[row] as OperatingPoint) as LengthConfig),
        );
      const [only, ...more] = groups.values();
      if (only === undefined || more.length === 0) return run(only ?? []);
      const found: (readonly [rows: readonly number[], logits: Float32Array])[] = [];
      for (const rows of groups.values()) found.push([rows, await run(rows)]);
      return rowsTogether(found, inputs, task);
    });

  /** Runs the graph that tells what became of the tokens. */
  const trace = async (input: EncoderInput, point: OperatingPoint) => {
    if (!traced) {
      throw new OnnxError(
        'OPTION_INVALID',
        'This file does not tell which tokens it keeps: open the model directory with its weights instead of an exported file.',
      );
    }
    const config = check(point);
    const key = keyOf(point.ranks);
    const ranks = key === 'own' ? undefined : point.ranks;
    return { config, outputs: await runSession(await sessionOf(`traced ${key}`, traced(ranks)), [input], [config]) };
  };

  return {
    engine: 'onnxruntime',
    builtIn,
    dimensions,
    task,
    reducer: namedReducer(reducer ?? file.reducer),
    prior,
    batchTokens,
    headMacs: costOptions.head,
    weightBytes,
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
        const { outputs, config } = await trace(input, point);
        return keptPositionsOf(outputs, config, input.ids.length, { minTokens });
      }),
    mergedInto: (input, point) =>
      lifetime.during(async () => mergedIntoOf((await trace(input, point)).outputs, layers, input.ids.length)),
    largestRanks,
    macs: (length, point = {}) => pointCost(dimensions, point, length, costOptions),
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
  runOnnxFile((use) => use(readOnnxContent(bytes)), config, {
    ...options,
    traced: traced && (() => async (use) => use(readOnnxContent(await traced()))),
  });
