import type { EncoderInput, Reducer } from '@length-adaptive/core/encoder';
import type { OperatingPoint, Ranks } from '@length-adaptive/core/lengths';
import { areFullRanks, isFullPoint, leavesLayersOut, namedReducerOf, ranksKey } from '@length-adaptive/core/lengths';
import type { LabelledInput, TaskModel, TextModel } from '@length-adaptive/models/engine';
import { departedAnswerOf, withDigest } from '@length-adaptive/models/engine';
import type { LengthAdaptiveFile } from '@length-adaptive/models/files';
import {
  ModelError,
  bitsIn,
  checkPoint,
  checkSavable,
  formatLengthAdaptiveFile,
  lengthAdaptiveFileName,
  pointReducer,
  sentenceTransformersFiles,
  staleRecords,
  writeFile,
  withLowRank,
  withRanking,
  writeFolder,
} from '@length-adaptive/models/files';
import { modernTokenizerFiles } from '@length-adaptive/models/tokenizer';
import { agrees } from './agreement.js';
import type { Precision } from './encoder/precision.js';
import { precisionOf } from './encoder/precision.js';
import { OnnxError } from './errors.js';
import type { HostModel } from './export-graph.js';
import { exportGraph, graphBytes, hostModel } from './export-graph.js';
import { modelFileName } from './file-names.js';
import type { CreateOnnxModelOptions } from './onnx-model.js';
import { createOnnxModel } from './onnx-model.js';
import type { SessionOptions } from './runtime.js';
import { sampleImages } from './sample-images.js';
import { sampleClauses, sampleCrossQuestions, sampleQuestions, sampleTexts } from './sample-texts.js';
import type { Verification, VerifyOptions } from './verify.js';
import { keepsTheSame, tolerances, usualPoints, verify } from './verify.js';

/** A file that was written. */
export interface ExportedFile {
  readonly path: string;
  readonly precision: Precision;
  readonly bytes: number;
  /** Absent when it was not asked for. */
  readonly verification?: Verification;
}

export interface ExportModelOptions extends SessionOptions {
  /** Files to write. Default fp32 and int8. */
  readonly precisions?: readonly Precision[];
  /**
   * Build this operating point in, instead of taking its lengths as an input whose default is the full length; a point with ranks alone builds in those. One with
   * bits writes the file that has them, and no other.
   */
  readonly point?: OperatingPoint | undefined;
  /** Take the layers that run as an input too. Default: where a point of the model's Pareto set leaves layers out and none is built in. */
  readonly chooseLayers?: boolean | undefined;
  /** Run every file on ONNX Runtime beside TensorFlow.js before it is kept. Default true. */
  readonly verify?: boolean;
  /** Inputs to verify with. Default: a few sentences, or images of patterns; a few questions with contexts where the model ranks tokens by them. */
  readonly inputs?: readonly EncoderInput[] | undefined;
  /** The same with labels: every file is scored on them, beside the model. */
  readonly labelled?: readonly LabelledInput[] | undefined;
  /** Largest difference of a logit. Default: by the precision; for int8 the share of equal answers decides in its place. */
  readonly tolerance?: number | undefined;
  /** Least share of equal answers of an int8 file. Default 0.9. */
  readonly leastAgreement?: number | undefined;
  /** Called when a file was verified. Nothing is in the folder yet. */
  readonly onFile?: (file: ExportedFile) => void;
  readonly signal?: AbortSignal | undefined;
}

/** What to verify on when nothing is given. Where answers decide it takes more of them. */
const samplesFor = ({ model, tokenizer }: TextModel, answersDecide: boolean): EncoderInput[] => {
  if (tokenizer.images) return sampleImages(answersDecide ? 24 : 6).map(tokenizer.images.read);
  const questions = answersDecide ? sampleCrossQuestions : sampleQuestions;
  const texts = answersDecide ? sampleClauses : sampleTexts;
  const readsQuestions = model.prior !== undefined || model.task.asksQuestions === true;
  const samples: readonly (readonly [string, string?])[] = readsQuestions ? questions : texts.map((text) => [text]);
  return samples.map(([text, pair]) => tokenizer.encode(text, pair, { maxLength: model.dimensions.positions }));
};

/**
 * Writes a model as a folder that ONNX tools open, transformers.js among them: `onnx/model.onnx` (and
 * `onnx/model_quantized.onnx`, `onnx/model_fp16.onnx`), `config.json`, the tokenizer and `length_adaptive.json`.
 *
 * The folder appears once every file was verified: nothing wrong and nothing half is left behind. What is in it already stays, but for
 * files of these names, and for a `length_adaptive.json` and files of sentence-transformers that this model does not have.
 *
 * @throws OnnxError `VERIFICATION_FAILED`, `OPTION_INVALID` (also for a file above 2 GiB, which no runtime opens), `PEER_MISSING` (verification needs a runtime); ModelError `NOT_WRITABLE`, `ABORTED`
 */
export const exportModel = async (
  folder: string,
  text: TextModel,
  options: ExportModelOptions = {},
): Promise<ExportedFile[]> => {
  const { model, tokenizerFiles, lengthAdaptive } = text;
  checkSavable(model.reducer);
  const host = await hostModel(model, { copy: false });
  const precisions = precisionsFor(options);
  const point = withoutBits(options.point);
  const { chooseLayers = point === undefined && lessDeepPoints(text).length > 0 } = options;
  const builtIn = point && pointReducer(checkPoint(point, model), model);
  const others = point === undefined ? otherReducers(text) : [];
  const write = async (temporary: string): Promise<ExportedFile[]> => {
    const exported: ExportedFile[] = [];
    for (const reducer of [builtIn ?? model.reducer, ...others]) {
      const variant = { host: { ...host, reducer }, reducer, isOther: others.includes(reducer) };
      exported.push(...(await writeGraphs(temporary, variant, text, { ...options, precisions, point, chooseLayers })));
    }
    const files = model.dimensions.image ? tokenizerFiles : modernTokenizerFiles(tokenizerFiles);
    for (const [name, content] of Object.entries(files)) await writeFile(`${temporary}/${name}`, content);
    const ours = exportedFile(withRanking(lengthAdaptive, builtIn ? { ...model, reducer: builtIn } : model), {
      reducers: others.map(({ name }) => name),
      ranks: point?.ranks ?? model.dimensions.ranks,
      chooseLayers,
      point,
      precisions,
    });
    if (ours) await writeFile(`${temporary}/${lengthAdaptiveFileName}`, formatLengthAdaptiveFile(ours));
    const config = model.task.embedding ? withDigest(model.config, await model.digest?.()) : model.config;
    for (const [name, content] of Object.entries(sentenceTransformersFiles(model.config)))
      await writeFile(`${temporary}/${name}`, content);
    await writeFile(`${temporary}/config.json`, `${JSON.stringify(config, null, 2)}\n`);
    return exported;
  };
  checkFileSizes({ ...host, reducer: builtIn ?? model.reducer }, precisions, { point, chooseLayers });
  return writeFolder(folder, write, { stale: staleRecords });
};

/** The most bytes that protobuf reads as one message, which a file is. */
const largestFile = 2 ** 31 - 1;

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;

/**
 * Refuses files that no runtime opens, before any is made.
 *
 * @throws OnnxError `OPTION_INVALID`
 */
const checkFileSizes = (
  host: HostModel,
  asked: readonly Precision[],
  options: Pick<ExportModelOptions, 'point' | 'chooseLayers'>,
): void => {
  const bytesAt = (precision: Precision): number => graphBytes(host, { precision, ...options });
  const tooLarge = asked.find((precision) => bytesAt(precision) > largestFile);
  if (tooLarge === undefined) return;
  const fitting = (['fp32', 'fp16', 'int8'] as const).filter((precision) => bytesAt(precision) <= largestFile);
  throw new OnnxError(
    'OPTION_INVALID',
    `${modelFileName(tooLarge)} would have ${gigabytes(bytesAt(tooLarge))}, and an ONNX file holds at most ${gigabytes(largestFile)} (2 GiB, the limit of protobuf). ${
      fitting.length > 0
        ? `Ask for precisions that fit: ${fitting.join(', ')} (on the command line --precision ${fitting.join(',')}).`
        : 'The model fits in no precision; export a smaller one.'
    }`,
  );
};

/**
 * The files that are to be written: those that are asked for, and of a point with bits the one that has them.
 *
 * @throws OnnxError `OPTION_INVALID` where another is asked for
 */
const precisionsFor = ({ precisions, point }: ExportModelOptions): readonly Precision[] => {
  const { bits } = point ?? {};
  if (bits === undefined) return precisions ?? ['fp32', 'int8'];
  const own = precisionOf(bits);
  if (precisions === undefined || precisions.every((asked) => asked === own)) return [own];
  throw new OnnxError(
    'OPTION_INVALID',
    `The point to build in has ${bits} bits, which a file of ${own} holds, and the files asked for are ${precisions.join(' and ')}. Leave the precisions out, or the bits.`,
  );
};

/** What a file has built in beside its precision; undefined where that is nothing. */
const withoutBits = (point: OperatingPoint | undefined): OperatingPoint | undefined => {
  if (point?.bits === undefined) return point;
  const { bits: _, ...rest } = point;
  return Object.values(rest).every((value) => value === undefined) ? undefined : rest;
};

/** The points of a model's Pareto set that leave layers out. */
const lessDeepPoints = ({ lengthAdaptive }: TextModel): readonly OperatingPoint[] =>
  (lengthAdaptive?.paretoSet ?? []).map(({ point }) => point).filter(leavesLayersOut);

/** The reducers that points of a model's Pareto set name, beside its own. @throws as `pointReducer` does */
const otherReducers = ({ model, lengthAdaptive }: TextModel): readonly Reducer[] => {
  const named = (lengthAdaptive?.paretoSet ?? []).flatMap(({ point }) => pointReducer(point, model) ?? []);
  return [...new Map(named.map((reducer) => [reducer.name, reducer])).values()];
};

/** What is known of a model of which files hold these ranks and reducers alone: without its other factors, and points that its files do not run. */
const exportedFile = (
  file: LengthAdaptiveFile | undefined,
  {
    reducers,
    ranks,
    chooseLayers,
    point: builtIn,
    precisions,
  }: Pick<OperatingPoint, 'ranks'> &
    Pick<ExportModelOptions, 'chooseLayers' | 'point'> & {
      readonly reducers: readonly string[];
      readonly precisions: readonly Precision[];
    },
): LengthAdaptiveFile | undefined => {
  if (!file) return undefined;
  const rest = withLowRank(file, { lowRank: undefined }) as LengthAdaptiveFile;
  const hasRanks = (own: Ranks | undefined): boolean =>
    own === undefined || (ranks ? ranksKey(own) === ranksKey(ranks) : areFullRanks(own));
  const hasLayers = (own: OperatingPoint): boolean =>
    chooseLayers === true || !leavesLayersOut(own) || own.skip?.join() === builtIn?.skip?.join();
  const hasReducer = (own: OperatingPoint): boolean => {
    const named = namedReducerOf(own);
    return named === undefined || reducers.includes(named) || named === builtIn?.reducer;
  };
  const knowsBits = bitsIn(rest.paretoSet).length > 0; // those without are then in single precision
  const hasBits = ({ bits = 32 }: OperatingPoint): boolean => !knowsBits || precisions.includes(precisionOf(bits));
  const paretoSet = rest.paretoSet.filter(
    ({ point }) => hasRanks(point.ranks) && hasLayers(point) && hasReducer(point) && hasBits(point),
  );
  return { ...rest, paretoSet };
};

/** A model as files have it that rank its tokens by one reducer. */
interface ExportedVariant {
  readonly host: HostModel;
  readonly reducer: Reducer;
  /** Whether that is for points which name it, beside the files of the model's own. */
  readonly isOther: boolean;
}

/** Writes a file of each precision, once it was verified. */
const writeGraphs = async (
  folder: string,
  { host, reducer, isOther }: ExportedVariant,
  text: TextModel,
  {
    precisions = ['fp32', 'int8'],
    point,
    chooseLayers,
    verify: verified = true,
    labelled,
    inputs = labelled?.map(({ input }) => input),
    tolerance,
    leastAgreement,
    onFile,
    signal,
    ...session
  }: ExportModelOptions,
): Promise<ExportedFile[]> => {
  const { model } = text;
  const { layers } = model.dimensions;
  const exported: ExportedFile[] = [];
  for (const precision of precisions) {
    if (signal?.aborted) throw new ModelError('ABORTED', 'The export was stopped by its signal; nothing was written.');
    const path = modelFileName(precision, isOther ? reducer.name : undefined);
    const bytes = exportGraph(host, { precision, point, chooseLayers });
    const traced = (): Uint8Array => exportGraph(host, { precision, point, chooseLayers, trace: true });
    const given = inputs ?? samplesFor(text, (tolerance ?? tolerances[precision]) === undefined);
    const options: VerifyOptions = {
      precision,
      tolerance,
      leastAgreement,
      labelled,
      signal,
      points: (point
        ? verifiedPoints(point, layers)
        : [...usualPoints(layers), ...(chooseLayers ? verifiedDepths(text) : [])]
      ).map((of) => (isOther ? { ...of, reducer: reducer.name } : of)),
    };
    const verification = verified
      ? await verifyFile(
          model,
          bytes,
          given,
          { ...session, traced, reducer, prior: model.prior, departed: departedAnswerOf(model.task) },
          options,
        )
      : undefined;
    if (verification?.passed === false) throw failed(path, verification);
    await writeFile(`${folder}/${path}`, bytes);
    const file: ExportedFile = { path, precision, bytes: bytes.length, ...(verification && { verification }) };
    exported.push(file);
    onFile?.(file);
  }
  return exported;
};

/** What to verify a file at whose layers are chosen, beside the usual: points of the Pareto set, else the model without its last layer. */
const verifiedDepths = (text: TextModel): readonly OperatingPoint[] => {
  const searched = lessDeepPoints(text).slice(0, 2);
  const last = text.model.dimensions.layers - 1;
  return searched.length > 0 || last === 0 ? searched : [{ skip: [last] }];
};

/** What to verify a file at that has a point built in: the usual lengths where those are left open. */
const verifiedPoints = (point: OperatingPoint, layers: number): readonly OperatingPoint[] =>
  point.lengths === undefined && !leavesLayersOut(point) && point.ranks !== undefined
    ? usualPoints(layers).map((usual) => ({ ...usual, ...point }))
    : [point];

const verifyFile = async (
  model: TaskModel,
  bytes: Uint8Array,
  inputs: readonly EncoderInput[],
  session: CreateOnnxModelOptions,
  options: VerifyOptions,
): Promise<Verification> => {
  const engine = await createOnnxModel(bytes, model.config, session);
  try {
    return await verify(engine, model, inputs, options);
  } finally {
    await engine.release();
  }
};

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** What was found in place of what is asked for. */
const shortcomings = ({ points, difference, tolerance, inputs }: Verification): string[] => {
  const others = points.filter((found) => !keepsTheSame(found, inputs)).length;
  const answers = points.flatMap(({ point, agreement }) => {
    if (!agreement || agrees(agreement, agreement.limits)) return [];
    const { weighed = 1, error, limits } = agreement;
    const where = isFullPoint(point)
      ? 'at the full length'
      : `at ${point.lengths?.map((ratio) => Number(ratio.toFixed(2))).join(',')}`;
    return weighed >= limits.least
      ? [
          `${where} its logits are off by ${error.toPrecision(2)} of what the reference's vary, at most ${limits.error} is allowed`,
        ]
      : [
          `${where} ${percent(weighed)} of its answers are those of the reference, at least ${percent(limits.least)} are wanted (--least-agreement)`,
        ];
  });
  return [
    ...(tolerance === undefined || difference <= tolerance
      ? []
      : [
          `its logits differ from the reference's by ${difference.toPrecision(3)}, at most ${tolerance} is allowed (--tolerance)`,
        ]),
    ...answers,
    ...(others > 0 ? [`${others} of ${points.length} configurations keep other tokens than the reference`] : []),
  ];
};

const failed = (path: string, verification: Verification): OnnxError =>
  new OnnxError(
    'VERIFICATION_FAILED',
    `${path} failed its verification on ${verification.inputs} inputs: ${shortcomings(verification).join('; ')}. Nothing was written; allow more, choose other precisions, or verify on texts of your own.`,
  );
