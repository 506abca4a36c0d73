import { findReducer } from '@length-adaptive/core/encoder';
import { bitChoices, leavesLayersOut, ranksKey } from '@length-adaptive/core/lengths';
import type { DeferredModel, OpenModelOptions } from '@length-adaptive/models/engine';
import {
  architectureOf,
  openDeferredModel,
  openTokenizer,
  readWeight,
  weightsDigest,
} from '@length-adaptive/models/engine';
import type { FileSource, LengthAdaptiveFile, ModelConfig, ModelFiles } from '@length-adaptive/models/files';
import {
  ModelError,
  bitsIn,
  bitsNotes,
  checkNotPointer,
  chooseRanking,
  findAdapter,
  hasWeights,
  nameRanking,
  openSource,
  readModelFiles,
  withRanking,
} from '@length-adaptive/models/files';
import { findGraph } from '@length-adaptive/models/onnx-weights';
import type { Predictor, RunnableTextModel } from '@length-adaptive/models/predict';
import { createPredictor, taskOf } from '@length-adaptive/models/predict';
import type { Precision } from './encoder/precision.js';
import { precisionOf } from './encoder/precision.js';
import { makeOnnxFile, onnxFileBytes } from './export-graph.js';
import { modelFileName } from './file-names.js';
import { OnnxError } from './errors.js';
import { releaseMemory } from './graph/release-memory.js';
import type { GraphStructure, LendOnnxFile, OnnxModel } from './onnx-model.js';
import { runOnnxFile } from './onnx-model.js';
import { foreignContent, isForeign, openOnnxContent, producerBytes, readOnnxContent } from './read-file.js';
import type { SessionOptions } from './runtime.js';

/** A model on ONNX Runtime with its tokenizer and what is known of its length configurations. */
export interface OnnxTextModel extends RunnableTextModel {
  readonly model: OnnxModel;
  readonly config: ModelConfig;
}

export interface OpenOnnxOptions extends SessionOptions, Omit<OpenModelOptions, 'task' | 'seed'> {
  /** What weights are stored in and computed with. Default `fp32`. */
  readonly precision?: Precision;
  /** Path of the ONNX file inside the source. Default: by the precision, `onnx/model.onnx` for fp32. */
  readonly file?: string;
  /**
   * Sessions beside the model's own that stay open, of other ranks or bits and to tell which tokens are kept: each holds its weights. Default: one
   * for each choice of ranks and bits in its Pareto set, and 4 at least.
   */
  readonly maxOtherSessions?: number | undefined;
}

/** What is told of a checkpoint when it is opened. */
interface Told {
  readonly notes: RunnableTextModel['notes'];
  /** Of the weights, where vectors depend on them. */
  readonly digest: string | undefined;
  /** Its parts, whose weights are no longer to be read once it is closed. */
  readonly model: DeferredModel;
}

/** The graph of what a checkpoint holds, made in memory; its weights are read from their file when it is opened. */
const fromWeights =
  (
    source: FileSource,
    {
      precision,
      trace,
      ranks,
      bits,
      chooseLayers,
      told,
      ...options
    }: OpenModelOptions &
      Omit<GraphStructure, 'reducer'> & {
        readonly precision: Precision;
        readonly trace: boolean | 'scores';
        /** Is given what is odd about the files, and what they hold. */
        readonly told?: (told: Told) => void;
      },
  ): LendOnnxFile =>
  async (use) => {
    const { model, notes, close } = await openDeferredModel(source, options);
    try {
      if (told) {
        const digest = model.task.embedding && (await weightsDigest(model.encoder, readWeight));
        told({ notes, digest, model });
      }
      const made = bits === undefined ? precision : precisionOf(bits);
      return await use(makeOnnxFile(model, { precision: made, trace, ranks, chooseLayers }));
    } finally {
      await close();
    }
  };

/** The files of a model but its weights; a folder of graphs alone is what an export of earlier days left behind where it failed. */
const readFiles = async (files: FileSource, options: OpenModelOptions): Promise<ModelFiles> => {
  try {
    return await readModelFiles(files, options);
  } catch (error) {
    const graph = await firstGraph(files);
    if (
      !(error instanceof ModelError) ||
      error.code !== 'FILE_NOT_FOUND' ||
      graph === undefined ||
      (await files.exists('config.json'))
    )
      throw error;
    throw new OnnxError(
      'FILE_NOT_FOUND',
      `${files.name} holds ${graph} and no config.json: it is not a whole model. Export the model again (lat export).`,
    );
  }
};

const firstGraph = async (files: FileSource): Promise<string | undefined> => {
  for (const precision of ['fp32', 'int8', 'fp16'] as const)
    if (await files.exists(modelFileName(precision))) return modelFileName(precision);
  return undefined;
};

/** A file as a whole, and whether nobody else has these bytes. */
interface WholeFile {
  readonly bytes: Uint8Array;
  readonly isOwn: boolean;
}

const readWhole = async (source: FileSource, path: string): Promise<WholeFile> => {
  const file = await source.open?.(path);
  if (!file) return { bytes: await source.read(path), isOwn: false };
  try {
    const bytes = new Uint8Array(file.size);
    await file.readInto(bytes, 0);
    return { bytes, isOwn: true };
  } finally {
    await file.close();
  }
};

/** What is read of an exported file, or that it is not there. What denies access says so itself. */
const named = async <Read>(source: FileSource, path: string, read: Promise<Read>): Promise<Read> => {
  try {
    return await read;
  } catch (error) {
    if (!(error instanceof ModelError) || error.code !== 'FILE_NOT_FOUND') throw error;
    throw new OnnxError(
      'FILE_NOT_FOUND',
      `${source.name} has neither weights (model.safetensors, pytorch_model.bin) nor ${path}: export the model first, or choose another precision.`,
      { cause: error },
    );
  }
};

/** An exported file, which is read as far as it is needed. */
const fromGraph =
  (source: FileSource, path: string): LendOnnxFile =>
  async (use) => {
    const file = source.open && (await named(source, path, source.open(path)));
    if (!file) return use(readOnnxContent(await named(source, path, source.read(path))));
    try {
      return await use(await openOnnxContent(file));
    } finally {
      await file.close();
    }
  };

/** A file of another tool, as it is. */
const fromForeign =
  (source: FileSource, path: string, layers: number): LendOnnxFile =>
  async (use) => {
    const { bytes, isOwn } = await named(source, path, readWhole(source, path));
    checkNotPointer(bytes, `${source.name}/${path}`);
    const opened = await use(foreignContent(bytes, layers));
    if (isOwn) releaseMemory(bytes);
    return opened;
  };

/** The beginning of a file. */
const readStart = async (source: FileSource, path: string): Promise<Uint8Array> => {
  const file = await source.open?.(path);
  if (!file) return source.read(path);
  try {
    const start = new Uint8Array(Math.min(file.size, producerBytes));
    await file.readInto(start, 0);
    return start;
  } finally {
    await file.close();
  }
};

/**
 * The ONNX file of another tool that the weights of a folder can be read out of; undefined where the files are ours.
 *
 * @param wanted the file that would run: it alone is looked at where it is ours, since some sources have no beginning of a file without all of it
 */
const findForeign = async (source: FileSource, wanted: string): Promise<string | undefined> => {
  if ((await source.exists(wanted)) && !isForeign(await readStart(source, wanted))) return undefined;
  const path = await findGraph(source);
  return path === wanted || (path !== undefined && isForeign(await readStart(source, path))) ? path : undefined;
};

/** What a user should know of a file that runs as it is. */
const foreignNote = (path: string, why: string): string =>
  `${path} was written by another tool and runs as it is, at full length: no budget reaches into it. ${why}`;

/** Sessions that stay open: what a budget chooses among is then opened once. */
const sessionsFor = ({ paretoSet }: Pick<LengthAdaptiveFile, 'paretoSet'> = { paretoSet: [] }): number =>
  Math.max(
    4,
    new Set(
      paretoSet.flatMap(({ point: { ranks, bits } }) =>
        ranks || bits ? [`${ranks ? ranksKey(ranks) : ''} ${bits ?? ''}`] : [],
      ),
    ).size,
  );

/**
 * Opens a model on ONNX Runtime: an exported folder, or any model directory, whose graph is then made in memory. Where a folder has nothing
 * but ONNX files of other tools, as transformers.js publishes models, the weights are read out of one of them; one that does not tell its
 * weights, or that is named by `file`, runs as it is, at full length.
 *
 * @param source a folder, `npm:package`, web address, Hub repository, or a `FileSource`
 * @throws OnnxError `PEER_MISSING`, `FILE_NOT_FOUND`, `FILE_INVALID`, ...; ModelError when the directory cannot be read or has no trained head
 */
export const openOnnx = async (
  source: string | FileSource,
  { precision = 'fp32', file, runtime, threads, providers, maxOtherSessions, ...options }: OpenOnnxOptions = {},
): Promise<OnnxTextModel> => {
  const files = await openSource(source, options);
  const { config, tokenizerFiles, lengthAdaptive } = await readFiles(files, options);
  const dimensions = architectureOf(config).dimensions(config);
  const { tokenizer, notes: own } = await openTokenizer(tokenizerFiles, dimensions);
  const session = { runtime, threads, providers, maxOtherSessions: maxOtherSessions ?? sessionsFor(lengthAdaptive) };
  const finish = (model: OnnxModel, notes: RunnableTextModel['notes'] = own): OnnxTextModel => ({
    model,
    config,
    tokenizer,
    lengthAdaptive: withRanking(lengthAdaptive, model),
    notes: [...(notes ?? []), ...bitsNotes(lengthAdaptive?.paretoSet ?? [], model)],
  });
  /** @param weights path of the file that they are in */
  const openWeights = async (weights: string | undefined): Promise<OnnxTextModel> => {
    let notes: RunnableTextModel['notes'];
    let opened: DeferredModel | undefined;
    let digest = '';
    const given = { ...options, ...(weights !== undefined && { weights }), precision };
    const at = (structure: GraphStructure, trace: boolean | 'scores' = false): LendOnnxFile =>
      fromWeights(files, { ...given, trace, ...structure, reducer: structure.reducer ?? options.reducer });
    const told = (of: Told): void => {
      notes = of.notes;
      opened = of.model;
      digest = of.digest ?? '';
    };
    const { lowRank, paretoSet = [] } = lengthAdaptive ?? {};
    const chooseLayers = paretoSet.some(({ point }) => leavesLayersOut(point));
    const lend = fromWeights(files, { ...given, trace: false, chooseLayers, told });
    const ranking = chooseRanking(options, lengthAdaptive, taskOf(config));
    const model = await runOnnxFile(lend, config, {
      ...session,
      ...ranking,
      digest: () => Promise.resolve(digest),
      traced: (structure) => at(structure, 'scores'),
      largestRanks: lowRank?.ranks,
      lendOther: at,
      othersChooseLayers: true,
      otherBits: bitChoices.filter((bits) => precisionOf(bits) !== precision),
      fileBytes: ({ ranks, bits, chooseLayers: choose, reducer: name }) =>
        opened === undefined
          ? Number.NaN
          : onnxFileBytes(opened, {
              precision: bits === undefined ? precision : precisionOf(bits),
              ranks,
              chooseLayers: choose,
              reducer: name === undefined ? undefined : findReducer(name),
            }),
    });
    return finish(model, notes);
  };
  /** Runs a file of another tool. */
  const openForeign = async (path: string, why: string): Promise<OnnxTextModel> =>
    finish(await runOnnxFile(fromForeign(files, path, dimensions.layers), config, session), [
      ...(own ?? []),
      foreignNote(path, why),
    ]);
  if (file === undefined && (options.weights !== undefined || (await hasWeights(files))))
    return openWeights(options.weights);
  const isAdapted = (await findAdapter(files, options)) !== undefined; // nothing can be merged into a graph that runs as it is
  const foreign =
    file === undefined
      ? await (isAdapted ? findGraph(files) : findForeign(files, modelFileName(precision)))
      : undefined;
  if (foreign !== undefined) {
    try {
      return await openWeights(foreign);
    } catch (error) {
      if (isAdapted || !(error instanceof ModelError) || error.code !== 'TENSOR_MISSING') throw error;
      return openForeign(foreign, error.message).catch(() => {
        throw error; // why its weights cannot be read says more than why it does not run either
      });
    }
  }
  if (file !== undefined && (await files.exists(file)) && isForeign(await readStart(files, file)))
    return openForeign(file, 'Without the option "file" its weights are read out of it.');
  const lend = fromGraph(files, file ?? modelFileName(precision));
  const lendOther = ({ reducer, bits }: GraphStructure): LendOnnxFile =>
    fromGraph(files, modelFileName(bits === undefined ? precision : precisionOf(bits), reducer));
  const otherBits = bitsIn(lengthAdaptive?.paretoSet ?? []).filter((bits) => precisionOf(bits) !== precision);
  return finish(
    await runOnnxFile(lend, config, {
      ...session,
      ...nameRanking(options, lengthAdaptive),
      ...(file === undefined && { lendOther, otherBits }),
    }),
  );
};

/**
 * Loads a model and gives the predictor of it, on ONNX Runtime: on a CPU several times faster than TensorFlow.js.
 *
 * @throws as `openOnnx` does
 * @example
 * const predictor = await loadOnnx('models/reviews', { precision: 'int8' });
 * const [answer] = await predictor.predict(['Great for the jawbone.'], { budget: { cost: 0.5 } });
 */
export const loadOnnx = async (source: string | FileSource, options: OpenOnnxOptions = {}): Promise<Predictor> => {
  const text = await openOnnx(source, options);
  try {
    return createPredictor(text);
  } catch (error) {
    await text.model.release();
    throw error;
  }
};
