import type { EncoderInput, NamedReducer } from '@length-adaptive/core/encoder';
import {
  checkPriors,
  entryOrder,
  leavesBefore,
  namedReducer,
  needsPrior,
  predictorMacs,
  reducerKey,
} from '@length-adaptive/core/encoder';
import type { Bits, OperatingPoint, Ranks } from '@length-adaptive/core/lengths';
import {
  attentionWidth,
  isFullPoint,
  leavesLayersOut,
  letsLeave,
  lengthsOf,
  namedReducerOf,
  pointCost,
  pointKey,
  ranksKey,
  runningLayers,
  uniformRanks,
} from '@length-adaptive/core/lengths';
import type { DepartedAnswer, Dimensions, ModelPrior, PriorSettings } from '@length-adaptive/models/engine';
import type { ModelConfig } from '@length-adaptive/models/files';
import { checkPoint, withoutOwnReducer } from '@length-adaptive/models/files';
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
  rowsBy,
  withDeparted,
  withPriors,
} from '@length-adaptive/models/engine';
import { taskOf, taskOfFamily } from '@length-adaptive/models/engine';
import { OnnxError, messageOf } from './errors.js';
import { keptPositionsOf, mergedIntoOf, tokenScoresOf } from './kept-positions.js';
import { dataBytesOf, inTheModel } from './graph/model-bytes.js';
import type { OnnxContent } from './read-file.js';
import { poolingOf, readOnnxContent } from './read-file.js';
import type { OpenedSession, RuntimeSession, RuntimeTensor, SessionOptions } from './runtime.js';
import { openContent } from './runtime.js';
import { createSessionPool } from './session-pool.js';
import { tokenFeeds } from './token-batch.js';

/** A model on ONNX Runtime. */
export interface OnnxModel extends RunnableModel {
  readonly engine: 'onnxruntime';
  /**
   * Logits of one batch whose rows have points of their own.
   *
   * Rows of other ranks or bits than the model's own run in sessions of theirs, and so do those that leave layers out, all in one, where the model was opened
   * without such points. Each holds its weights; those that were used last stay open. Rows that leave others out run apart.
   *
   * @throws CoreError `LENGTH_CONFIG_INVALID`, `OPERATING_POINT_INVALID` also for ranks and bits that the model does not have, OnnxError `OPTION_INVALID` for another one than the file has built in
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
  /** What a token that left answers: the file must have been exported with it. Default: what the file says. */
  readonly departed?: DepartedAnswer | undefined;
  /** Sessions beside the model's own that stay open, of other ranks or bits and to tell which tokens are kept: each holds its weights. Default 4. */
  readonly maxOtherSessions?: number | undefined;
}

/** @throws OnnxError `OPTION_INVALID` for a reducer or a prior that a file cannot run */
const checkRanking = (
  { reducer, prior }: { readonly reducer: NamedReducer | undefined; readonly prior: ModelPrior | undefined },
  { builtIn, reducer: own, priorLayers }: Omit<OnnxContent, 'content' | 'inPlace'>,
): void => {
  if (builtIn && isFullPoint({ lengths: builtIn.lengths })) return; // nothing is ranked
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

/** @throws OnnxError `OPTION_INVALID` for another answer of tokens that left than the file gives */
const checkDeparted = (
  asked: DepartedAnswer | undefined,
  { builtIn, departed }: Omit<OnnxContent, 'content' | 'inPlace'>,
): void => {
  if (asked === undefined || asked === departed || (builtIn && isFullPoint(builtIn))) return;
  throw new OnnxError(
    'OPTION_INVALID',
    `Tokens that left are to answer by "${asked}", and the ONNX file was exported with "${departed}". Export the model anew (lat export), or open its weights.`,
  );
};

/** @throws OnnxError `OPTION_INVALID` for a pooling that the file was not exported with */
const checkPooling = ({ readout }: Task, { pooling: own }: Omit<OnnxContent, 'content' | 'inPlace'>): void => {
  const asked = poolingOf(readout);
  if (asked === undefined || own === undefined || asked === own) return;
  if (asked === 'none' && !own.startsWith('first')) return; // the states that the vector of a text is made of are in the file, too
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
  readonly traced?: ((structure: GraphStructure) => LendOnnxFile) | undefined;
  /** The largest ranks that points may ask for. Default: those of the file alone. */
  readonly largestRanks?: Ranks | undefined;
  /** The same model as another file. Default: it runs what the one file runs. */
  readonly lendOther?: ((structure: GraphStructure) => LendOnnxFile) | undefined;
  /** Whether that may leave its layers open where the first does not. Default false. */
  readonly othersChooseLayers?: boolean | undefined;
  /** Bits that points may ask for beside those of the file, which `lendOther` gives. Default: none. */
  readonly otherBits?: readonly Bits[] | undefined;
  /** Bytes of an exported file of a structure. Default: not known. */
  readonly fileBytes?: ((structure: GraphStructure) => number) | undefined;
}

/** What a graph is made for: points of other ranks or bits, or that leave layers out, may need another. */
export interface GraphStructure {
  /** Absent: the model's own. */
  readonly ranks?: Ranks | undefined;
  /** Absent: the model's own. */
  readonly bits?: Bits | undefined;
  /** Whether the layers that run are an input. */
  readonly chooseLayers: boolean;
  /** The name of another reducer. Absent: the model's own. */
  readonly reducer?: string | undefined;
}

interface OpenedFile extends OpenedSession {
  readonly file: Omit<OnnxContent, 'content' | 'inPlace'>;
  /** With what the file answers of tokens that left. */
  readonly task: Task;
  readonly weightBytes: number;
}

/** Opens a model that `lend` gives once the configuration is known to be good. @throws as `createOnnxModel` does */
export const runOnnxFile = async (
  lend: LendOnnxFile,
  config: ModelConfig,
  {
    traced,
    largestRanks,
    lendOther,
    othersChooseLayers = false,
    otherBits = [],
    fileBytes,
    reducer,
    prior: chosen,
    departed,
    digest,
    maxOtherSessions = 4,
    ...options
  }: RunOnnxFileOptions = {},
): Promise<OnnxModel> => {
  if (!(Number.isInteger(maxOtherSessions) && maxOtherSessions >= 1))
    throw new OnnxError(
      'OPTION_INVALID',
      `maxOtherSessions is ${maxOtherSessions}; expected a whole number of at least 1.`,
    );
  const architecture = architectureOf(config);
  const plain: Task = taskOfFamily(taskOf(config), architecture, config);
  const given: Dimensions = architecture.dimensions(config, plain.readout);
  const { layers, halving = [] } = given;
  const prior = resolvePrior(chosen, { task: plain, layers, needed: reducer && needsPrior(reducer) });
  const { ort, session, file, task, weightBytes } = await lend<OpenedFile>(async ({ content, inPlace, ...own }) => {
    checkRanking({ reducer, prior }, own);
    checkDeparted(departed, own);
    checkPooling(plain, own);
    const answering = withDeparted(plain, departed ?? own.departed);
    const opened = await openContent({ content, inPlace }, options);
    return { ...opened, file: own, task: answering, weightBytes: dataBytesOf(content(inTheModel)) };
  });
  const { builtIn, choosesLayers, minTokens, ranks: own } = file;
  const macs = predictorMacs(file.reducer, given.hiddenSize, given.heads, attentionWidth(given));
  const dimensions: Dimensions = {
    ...given,
    ...(own && { ranks: own }),
    ...(macs > 0 && { predictorMacs: macs }),
    ...(leavesBefore(file.reducer) && { leavesBefore: true }),
  };
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
  /** Sessions beside the first: of other ranks or reducers, with all layers open, and those that trace. */
  const others = createSessionPool(maxOtherSessions);
  const openOther = (lendOther: LendOnnxFile) => (): Promise<RuntimeSession> =>
    lendOther(async (file) => (await openContent(file, options)).session);
  const by = namedReducer(reducer ?? file.reducer);
  const ranksByPrior = needsPrior(by);
  const runs = {
    engine: 'onnxruntime',
    dimensions,
    largestRanks,
    reducer: by,
    task,
    precision: file.precision,
    otherBits,
  };
  /** The graph that a point needs. */
  const structureOf = (point: OperatingPoint): GraphStructure => {
    const { ranks, bits } = point;
    const isOwn = ranks === undefined || ranksKey(ranks) === ranksKey(own ?? uniformRanks(layers, 1));
    return {
      ranks: isOwn ? undefined : ranks,
      bits,
      chooseLayers: choosesLayers || (othersChooseLayers && leavesLayersOut(point)),
      reducer: namedReducerOf(point),
    };
  };
  const keyOf = ({ ranks, bits, chooseLayers, reducer: by = '' }: GraphStructure): string =>
    [chooseLayers ? 'any layers' : '', by, bits ?? '', ranks ? ranksKey(ranks) : 'own'].join(' ');
  const sizes = new Map<string, number>();
  const ownKey = keyOf({ chooseLayers: choosesLayers });

  /** Runs rows whose points need the same graph and leave the same layers out. */
  const runSession = async (
    on: RuntimeSession,
    inputs: readonly EncoderInput[],
    points: readonly OperatingPoint[],
  ): Promise<Readonly<Record<string, RuntimeTensor>>> => {
    const [first = {}] = points;
    const known = withPriors(prior, inputs);
    checkPriors(known, {
      reducer: {
        name: by.name,
        needsPrior: first.reducer === undefined ? ranksByPrior : needsPrior({ name: first.reducer }),
      },
      priorLayers: prior?.layers ?? 0,
      layers,
      leaves: (row) => {
        const point = points[row] ?? {};
        return letsLeave(lengthsOf(point, layers), inputs[row]?.ids.length ?? 0, {
          minTokens,
          floor: point.floor,
          halving,
          running: runningLayers(first, layers),
        });
      },
    });
    try {
      const feeds = tokenFeeds(ort, known, {
        configs: points.map(({ lengths = [] }) => lengths),
        floors: points.map(({ floor }) => floor),
        layers,
        ...(leavesLayersOut(first) && { running: runningLayers(first, layers) }),
        halving,
        inputNames: on.inputNames,
        image: given.image,
        minTokens,
      });
      return await (on === session ? on.run(feeds, wanted) : on.run(feeds));
    } catch (error) {
      throw new OnnxError('RUN_FAILED', `ONNX Runtime could not run the model: ${messageOf(error)}`, { cause: error });
    }
  };
  const refuse = (problem: string): never => {
    throw new OnnxError('OPTION_INVALID', problem);
  };
  /** @returns the point with the lengths that it runs at, and without a reducer and bits that are the model's own */
  const check = (asked: OperatingPoint): OperatingPoint => {
    const point = { ...checkPoint(asked, runs), lengths: lengthsOf(asked, layers) };
    const { skip = [] } = asked;
    if (builtIn && pointKey({ ...point, ranks: undefined, bits: undefined }) !== pointKey(builtIn)) {
      const without = builtIn.skip ? ` without the layers ${builtIn.skip.join(' ')}` : '';
      return refuse(
        `The file has the length configuration ${lengthsOf(builtIn, layers).join(' ')}${without} built in and runs no other; export it without one to choose.`,
      );
    }
    if (!builtIn && skip.length > 0 && !choosesLayers && !othersChooseLayers)
      return refuse(
        `The point leaves out the layers ${skip.join(' ')}, and the ONNX file runs all of its own. Export the model with its layers to choose (lat export --choose-layers), or open its weights.`,
      );
    const named = namedReducerOf(point);
    if (named !== undefined && !lendOther)
      return refuse(
        `The point names the reducer ${named}, and the ONNX file was exported to rank tokens by ${runs.reducer.name}. Open the folder that has a file for each (lat export), or the weights.`,
      );
    return point;
  };
  const lifetime = createLifetime('The model', async () => {
    await session.release();
    await others.release();
  });
  /** Logits of rows that one session runs in one go. */
  const runTogether = async (
    inputs: readonly EncoderInput[],
    points: readonly OperatingPoint[],
  ): Promise<Float32Array> => {
    const structure = structureOf(points[0] ?? {});
    const key = keyOf(structure);
    const run = (on: RuntimeSession): ReturnType<typeof runSession> => runSession(on, inputs, points);
    const isOwn = key === ownKey || !lendOther;
    const outputs = isOwn ? await run(session) : await others.use(key, openOther(lendOther(structure)), run);
    const values = expected.map((name) => outputs[name]?.data as Float32Array);
    return values.length === 1 ? (values[0] as Float32Array) : interleave(values);
  };
  const runRows: OnnxModel['runRows'] = (inputs, asked) =>
    lifetime.during(async () => {
      const checked = new Map([...new Set(asked)].map((point) => [point, check(point)]));
      const points = asked.map((point) => checked.get(point) ?? point);
      const groups = rowsBy(points.map((point) => `${keyOf(structureOf(point))} ${point.skip?.join() ?? ''}`));
      const run = (rows: readonly number[]): Promise<Float32Array> =>
        runTogether(
          rows.map((row) => inputs[row] as EncoderInput),
          rows.map((row) => points[row] as OperatingPoint),
        );
      const [only, ...more] = groups.values();
      if (only === undefined || more.length === 0) return run(only ?? []);
      const found: (readonly [rows: readonly number[], logits: Float32Array])[] = [];
      for (const rows of groups.values()) found.push([rows, await run(rows)]);
      return rowsTogether(found, inputs, task);
    });

  const { summary } = architecture.encoder(given).embeddings;

  /** Runs one input where it is told what becomes of its tokens. */
  const tokensOf = (input: EncoderInput, asked: OperatingPoint) =>
    lifetime.during(async () => {
      if (!traced) {
        throw new OnnxError(
          'OPTION_INVALID',
          'This file does not tell which tokens it keeps: open the model directory with its weights instead of an exported file.',
        );
      }
      const point = check(asked);
      const structure = structureOf(point);
      const outputs = await others.use(`traced ${keyOf(structure)}`, openOther(traced(structure)), (on) =>
        runSession(on, [input], [point]),
      );
      const tokens = input.ids.length;
      return {
        kept: keptPositionsOf(outputs, point.lengths ?? [], tokens, {
          minTokens,
          floor: point.floor,
          halving,
          running: runningLayers(point, layers),
        }),
        scores: tokenScoresOf(outputs, layers, entryOrder(input.ids, summary)),
        mergedInto: mergedIntoOf(outputs, layers, tokens),
      };
    });

  return {
    engine: 'onnxruntime',
    builtIn,
    runsAllLayers: !choosesLayers && !othersChooseLayers,
    dimensions,
    task,
    reducer: by,
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
    keptPositions: async (input, point) => (await tokensOf(input, point)).kept,
    mergedInto: async (input, point) => (await tokensOf(input, point)).mergedInto,
    tokenTrace: tokensOf,
    ...(traced && {
      tokenScores: async (input: EncoderInput, point: OperatingPoint) => {
        const { scores } = await tokensOf(input, point);
        if (scores) return scores;
        throw new OnnxError('OPTION_INVALID', 'This file does not tell what ranks its tokens: open the weights.');
      },
    }),
    largestRanks,
    ...(otherBits.length > 0 && { otherBits }),
    ...(fileBytes && {
      fileBytes: (asked: OperatingPoint) => {
        const structure = { ...structureOf(check(asked)), chooseLayers: leavesLayersOut(asked) };
        const key = keyOf(structure);
        const bytes = sizes.get(key) ?? fileBytes(structure);
        sizes.set(key, bytes);
        return bytes;
      },
    }),
    macs: (length, point = {}) => pointCost(dimensions, withoutOwnReducer(point, runs), length, costOptions),
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
