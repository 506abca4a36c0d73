import type { OperatingPoint } from '@length-adaptive/core/lengths';
import { fullLength, keptAt } from '@length-adaptive/core/lengths';
import type { Dimensions, Readout } from '../architectures/architecture.js';
import { runsBits } from '../folder/bits.js';
import { checkPoint } from '../folder/check-point.js';
import { createPointChooser } from './choose-points.js';
import { ModelError } from '../errors.js';
import type { ParetoPoint } from '../folder/length-adaptive-file.js';
import type { EmbeddingSettings } from '../tasks/embedding-settings.js';
import type { Embeddings, EmbedOptions, VectorFormat } from './embedding.js';
import { eachOrOne } from './each-or-one.js';
import { indexDigest } from '../folder/index-digest.js';
import { embedTexts, identityOf } from './embed-texts.js';
import { createLifetime, endQuietly } from '../model/lifetime.js';
import { checkFinite, predictLogits } from '../model/predict-logits.js';
import type {
  FailedPrediction,
  InspectOptions,
  Inspection,
  OnError,
  PredictOptions,
  Prediction,
  Predictions,
} from './prediction.js';
import { withGivenPrior } from '../priors/given-prior.js';
import type { ModelPrior } from '../priors/prior-settings.js';
import { readOne, readOneLater } from './read-each.js';
import type { Read } from './read-each.js';
import type { RunnableTextModel } from '../model/runnable-model.js';
import type { TokenTrace } from '../model/token-trace.js';
import { traceTokens } from '../model/trace-tokens.js';
import { prepareTokens } from '../tasks/prepare-tokens.js';
import type { Answer } from '../tasks/answer.js';
import type {
  PredictorInput,
  PreparedInput,
  PreparedText,
  Task,
  TaskName,
  TextInput,
  TokenInput,
} from '../tasks/task.js';
import { isTokenInput } from '../tasks/task.js';
import type { SingleImage } from '../images/image-input.js';
import { isImageInput, isRawImage } from '../images/image-input.js';
import type { ImageReader } from '../images/image-reader.js';
import type { RawImage } from '../images/raw-image.js';
import { prepareImage } from '../tasks/prepare-image.js';
import { sum } from '../metrics/sum.js';

/** Texts in, answers out, under a budget: the one door of every engine. */
export interface Predictor {
  /** What runs the model: `tfjs`, `onnxruntime`. */
  readonly engine: string;
  readonly task: TaskName;
  /** What its answers are made of beside label and score. */
  readonly answers: Task['answers'];
  readonly dimensions: Dimensions;
  /** What the head reads, and its outputs. */
  readonly head: Readout;
  /** Points to choose from, cheapest first: those that the engine runs; only the full length for a model that was never searched. */
  readonly paretoSet: readonly ParetoPoint[];
  /** The one operating point that the model runs at, where it has one built in. */
  readonly builtIn?: OperatingPoint | undefined;
  /** Label names by class number; empty for regression. */
  readonly labels: readonly string[];
  /** What ranks its tokens beside the reducer, beforehand. Absent: nothing, or it is not known. */
  readonly prior?: ModelPrior | undefined;
  /** Bytes of the model's weights, as it was opened with them. Absent: not known. */
  readonly weightBytes?: number | undefined;
  /**
   * Answers texts, in their order, or a single text given as a string; images in the place of texts where the model reads those: pixels, bytes of a file, a `Blob` or a `URL`. Of several, one that cannot be read has `error` (a code and a message) in the place of its answer; a text that comes
   * alone is refused.
   *
   * @throws ModelError `TEXT_EMPTY`, `TEXT_TOO_LONG` for a single text or with `onError: 'throw'`; `BUDGET_INVALID`, `BUDGET_INFEASIBLE`, `OPTION_INVALID`, `ABORTED`,
   * `DISPOSED`; CoreError `LENGTH_CONFIG_INVALID`, `OPERATING_POINT_INVALID`
   * @example
   * const { label } = await predictor.predict('Great for the jawbone.', { budget: { cost: 0.5 } });
   * @example
   * for (const { label, error } of await predictor.predict(texts)) console.log(label ?? error.message);
   */
  predict<
    const Texts extends string | SingleImage | readonly PredictorInput[],
    Mode extends OnError | undefined = undefined,
  >(
    texts: Texts,
    options?: PredictOptions & { readonly onError?: Mode },
  ): Promise<Predictions<Texts, Mode>>;
  /** How the model makes vectors of texts; undefined for a model of another task. */
  readonly embedding: EmbeddingSettings | undefined;
  /**
   * The vectors of texts, in their order, or of a single text given as a string, of any length, in batches that fit the memory. Of several texts, one that cannot be read has `error` in
   * the place of its vector.
   *
   * @throws ModelError `OPTION_INVALID` for a model of another task, more dimensions than it has, a prompt that it does not have; and what `predict` throws
   * @example
   * const { vector } = await predictor.embed('This is an example sentence', { budget: { cost: 0.5 } });
   */
  embed<
    const Texts extends string | readonly string[],
    Mode extends OnError | undefined = undefined,
    Format extends VectorFormat | undefined = undefined,
  >(
    texts: Texts,
    options?: EmbedOptions & { readonly onError?: Mode; readonly format?: Format },
  ): Promise<Embeddings<Texts, Mode, Format>>;
  /**
   * One line that tells the vectors of this model from those that do not go together with them: of other weights, in another precision, pooled
   * otherwise, of another size, or after another prompt. What was spent is no part of it. To be kept with an index.
   *
   * @throws ModelError `OPTION_INVALID` for a model of another task, or a prompt that it does not have
   */
  identity(options?: Pick<EmbedOptions, 'prompt' | 'dimensions'>): Promise<string>;
  /** Tokens of a text, as it would be read. @throws ModelError as `predict` does for a text that it refuses */
  countTokens(text: PredictorInput, options?: PredictOptions): Promise<number>;
  /** MACs of one input of `tokens` tokens at an operating point (default: the full model), head included. */
  macs(tokens: number, point?: OperatingPoint): number;
  /** Predicts one text and tells which tokens each layer kept. */
  inspect(text: PredictorInput, options?: InspectOptions): Promise<Inspection>;
  /** Frees the model, once the calls under way are done; calls that come later are refused with `DISPOSED`. May be called again. */
  dispose(): void;
}

/** @throws ModelError `OPTION_INVALID` for what is no input at all, from callers without types */
const checkInput = (input: unknown): void => {
  const isText = (value: unknown): boolean => typeof value === 'string';
  const isPair = Array.isArray(input) && input.length === 2 && input.every(isText);
  if (
    isText(input) ||
    isPair ||
    (typeof input === 'object' && input !== null && 'ids' in input && Array.isArray(input.ids))
  )
    return;
  const came =
    input === null ? 'null' : Array.isArray(input) ? `a list of ${input.length}` : `a value of type ${typeof input}`;
  throw new ModelError(
    'OPTION_INVALID',
    `A text is ${came}; expected a string, a pair of strings, or { ids } with token ids.`,
  );
};

/** @throws ModelError `OPTION_INVALID` for a model that does not tell them */
const checkScores = (scores: TokenTrace['scores']): NonNullable<TokenTrace['scores']> => {
  if (scores) return scores;
  throw new ModelError(
    'OPTION_INVALID',
    'The scores of tokens are asked for, and this model does not tell them: open the folder with its weights, not an exported file.',
  );
};

/** @throws ModelError `OPTION_INVALID` for another number of priors than of texts */
const checkPriors = ({ prior }: PredictOptions, texts: number): void => {
  if (prior === undefined || prior.length === texts) return;
  throw new ModelError('OPTION_INVALID', `${texts} texts came with ${prior.length} priors; expected one each.`);
};

/** What earlier releases called options, and what to write now. */
const formerOptions: Readonly<Record<string, string>> = {
  lengthConfig: 'point: { lengths: [...] }',
  lengthConfigs: 'points: [{ lengths: [...] }, ...]',
};

/** @throws ModelError `OPTION_INVALID` for an option of earlier releases, from callers without types */
const checkPointOptions = (options: PredictOptions): PredictOptions => {
  const given = options as Readonly<Record<string, unknown>>;
  const former = Object.keys(formerOptions).find((name) => given[name] !== undefined);
  if (former === undefined) return options;
  throw new ModelError('OPTION_INVALID', `The option "${former}" is no more; write ${formerOptions[former]}.`);
};

/**
 * A predictor over a model that is already open. Disposing of it disposes of the model.
 *
 * @throws CoreError `LENGTH_CONFIG_INVALID` when the Pareto set is that of another model
 */
export const createPredictor = ({ model, tokenizer, lengthAdaptive }: RunnableTextModel): Predictor => {
  const { dimensions } = model;
  const { layers, positions } = dimensions;
  const full: ParetoPoint = { point: { lengths: fullLength(layers) }, score: Number.NaN, cost: 1 };
  const searched = (lengthAdaptive?.paretoSet ?? []).filter(({ point }) => runsBits(point, model));
  const paretoSet = searched.length > 0 ? searched : [full];
  for (const { point } of paretoSet) checkPoint(point, model);
  const chooser = createPointChooser(model, { searched, full });

  const windowLength = lengthAdaptive?.training?.['maxLength'];
  const { images } = tokenizer;
  /** What is read: the pixels of an image for a model that reads images, and else what came. */
  const given = async (input: PredictorInput): Promise<TextInput | TokenInput | RawImage> => {
    if (images && isImageInput(input)) return (await import('../images/decode-image.js')).readImage(input);
    if (!images && isImageInput(input))
      throw new ModelError('OPTION_INVALID', 'An image came, and the model reads texts; give a text.');
    // A text that somebody sent must not name files of this computer.
    if (images)
      throw new ModelError(
        'TEXT_UNSUPPORTED',
        'A text came, and the model reads images; give pixels, the bytes of a file, a Blob or a URL, and where you have a path await readImage(path).',
      );
    return input as TextInput | TokenInput;
  };
  const prepare = (
    text: TextInput | TokenInput | RawImage,
    { truncate = false, answers, maxAnswerTokens, threshold, tokenAnswers, prompt, inWindows }: PredictOptions,
  ): PreparedText => {
    if (isRawImage(text)) {
      return prepareImage(model.task, images as ImageReader, text, { threshold });
    }
    checkInput(text);
    if (isTokenInput(text)) return prepareTokens(model.task, text, dimensions, { threshold });
    return model.task.prepare(tokenizer, text, {
      positions,
      truncate,
      answers,
      maxAnswerTokens,
      threshold,
      tokenAnswers,
      prompt,
      inWindows,
      ...(typeof windowLength === 'number' && { windowLength }),
    });
  };

  const predictPrepared = async (
    texts: readonly Read<PreparedText>[],
    options: PredictOptions,
    inPlace: boolean,
  ): Promise<(Prediction | FailedPrediction)[]> => {
    const { signal, rawScores = false } = options;
    const rows = await chooser.choose(texts, options, inPlace);
    const inputs = rows.flatMap(({ value }) => value?.text.inputs ?? []);
    const points = rows.flatMap(({ value }) => value?.text.inputs.map(() => value.point) ?? []);
    const start = performance.now();
    const logits = await predictLogits(model, inputs, { points, signal, unchecked: true });
    if (inputs.length === 1)
      chooser.observe(inputs[0]?.ids.length ?? 0, points[0] as OperatingPoint, performance.now() - start);
    let next = 0;
    return rows.map(({ value, error }) => {
      if (error) return { error };
      const own = logits.slice(next, (next += value.text.inputs.length));
      const answer = readOne(inPlace, () => {
        for (const each of own) checkFinite(each, 'this text');
        return value.text.answer(own);
      });
      if (answer.error) return answer;
      return {
        ...answer.value,
        ...costOf(value.text, value.point),
        ...(value.overBudget && { overBudget: true }),
        ...(rawScores && { logits: Array.from(own[value.text.best?.(own) ?? 0] ?? []) }),
      };
    });
  };

  const costOf = (
    { inputs, cutTokens }: PreparedText,
    point: OperatingPoint,
  ): Omit<Prediction, keyof Answer | 'error' | 'logits'> => {
    const lengths = inputs.map(({ ids }) => ids.length);
    const kept = lengths.map((length) => keptAt(point, layers, length, { halving: dimensions.halving ?? [] }));
    return {
      point,
      cost: chooser.shareOf(lengths, point),
      tokens: sum(lengths),
      ...(cutTokens !== undefined && { cutTokens }),
      keptTokens: Array.from({ length: layers }, (_, layer) => sum(kept.map((counts) => counts[layer] ?? 0))),
    };
  };

  const lifetime = createLifetime('The predictor', () => model.dispose());
  const predict = async (
    texts: readonly PredictorInput[],
    options: PredictOptions = {},
  ): Promise<(Prediction | FailedPrediction)[]> => {
    checkPointOptions(options);
    checkPriors(options, texts.length);
    const inPlace = (options.onError ?? (texts.length === 1 ? 'throw' : 'answer')) === 'answer';
    const read: Read<PreparedText>[] = [];
    for (const [row, text] of texts.entries()) {
      const pixels = images || isImageInput(text) ? await readOneLater(inPlace, () => given(text)) : { value: text };
      read.push(
        pixels.error
          ? pixels
          : readOne(inPlace, () =>
              withGivenPrior(prepare(pixels.value as TextInput, options), options.prior?.[row], model.prior),
            ),
      );
    }
    return predictPrepared(read, options, inPlace);
  };

  return {
    engine: model.engine,
    task: model.task.name,
    answers: model.task.answers,
    dimensions,
    head: model.task.readout,
    paretoSet,
    ...(model.builtIn && { builtIn: model.builtIn }),
    labels: model.task.labels,
    ...(model.prior && { prior: model.prior }),
    weightBytes: model.weightBytes,
    predict: eachOrOne((texts: readonly PredictorInput[], options?: PredictOptions) =>
      lifetime.during(() => predict(texts, options)),
    ) as Predictor['predict'],
    embedding: model.task.embedding,
    identity: (options = {}) =>
      lifetime.during(async () =>
        identityOf(
          { task: model.task.name, embedding: model.task.embedding, width: dimensions.hiddenSize },
          { ...options, digest: indexDigest(lengthAdaptive) ?? (await model.digest?.()), precision: model.precision },
        ),
      ),
    embed: eachOrOne((texts: readonly string[], options?: EmbedOptions) =>
      lifetime.during(() =>
        embedTexts(
          { task: model.task.name, embedding: model.task.embedding, width: dimensions.hiddenSize, predict },
          texts,
          options,
        ),
      ),
    ) as Predictor['embed'],
    macs: (tokens, point) => model.macs(tokens, point),
    countTokens: (text, options = {}) =>
      lifetime.during(async () =>
        sum(prepare(await given(text), checkPointOptions(options)).inputs.map(({ ids }) => ids.length)),
      ),
    inspect: (text, options: InspectOptions = {}) =>
      lifetime.during(async () => {
        const prepared = withGivenPrior(
          prepare(await given(text), checkPointOptions(options)),
          options.prior?.[0],
          model.prior,
        );
        const [prediction] = (await predictPrepared([{ value: prepared }], options, false)) as [Prediction];
        const [input] = prepared.inputs as readonly [PreparedInput];
        const { pixels: _, ...encoding } = input;
        const { kept, mergedInto, ...told } = await traceTokens(model, input, prediction.point, options);
        const scores = options.scores === true ? checkScores(told.scores) : undefined;
        return { prediction, encoding, layers: kept, ...(scores && { scores }), ...(mergedInto && { mergedInto }) };
      }),
    dispose: () => endQuietly(lifetime),
  };
};
