import type { LengthConfig } from '@length-adaptive/core';
import { fullLength, keptTokens, validateLengthConfig } from '@length-adaptive/core';
import type { Dimensions } from './architectures/architecture.js';
import type { Budget } from './budget.js';
import { pointForBudget } from './budget.js';
import { calibrateLatency } from './calibrate-latency.js';
import { ModelError } from './errors.js';
import type { FileSource } from './files.js';
import type { LatencyModel } from './latency-model.js';
import type { ParetoPoint } from './length-adaptive-file.js';
import type { OpenModelOptions } from './model-files.js';
import { openTrainedModel } from './model-files.js';
import { predictLogits } from './predict-logits.js';
import type { RunnableTextModel } from './runnable-model.js';
import { prepareTokens } from './tasks/prepare-tokens.js';
import type { Answer, PreparedText, Task, TaskName, TextInput, TokenInput } from './tasks/task.js';
import { isTokenInput } from './tasks/task.js';
import type { Encoding } from './tokenizer.js';

export interface PredictOptions {
  /** What may be spent. Default: the full length, or the one configuration that the model has built in. */
  readonly budget?: Budget | undefined;
  /** Run exactly this configuration instead. */
  readonly lengthConfig?: LengthConfig | undefined;
  /** Run each text at a configuration of its own, all in one batch where the engine can. */
  readonly lengthConfigs?: readonly LengthConfig[] | undefined;
  /** Cut texts that are longer than the model's positions instead of refusing them. Default false. */
  readonly truncate?: boolean;
  /** Question answering only: most answers to give. Default 20. */
  readonly answers?: number | undefined;
  /** Question answering only: most tokens an answer may have. Default 30. */
  readonly maxAnswerTokens?: number | undefined;
  /** Multi-label classification only: probability from which a label is given. Default 0.5. */
  readonly threshold?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Prediction extends Answer {
  /** The configuration that ran. */
  readonly lengthConfig: LengthConfig;
  /** MACs spent on this input, as a share of what the full length would have spent on it. */
  readonly cost: number;
  /** Tokens of the input, special tokens included; of all windows of a long context together. */
  readonly tokens: number;
  /** Tokens that left each layer. */
  readonly keptTokens: readonly number[];
}

/** Tokens up to which latency is calibrated at least. */
const usualLength = 128;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** What every layer did with one input: the text, or the first window of a long context. */
export interface Inspection {
  readonly prediction: Prediction;
  readonly encoding: Encoding;
  /** Positions of the tokens that left each layer, ascending. */
  readonly layers: readonly (readonly number[])[];
}

/** Texts in, answers out, under a budget: the one door of every engine. */
export interface Predictor {
  /** What runs the model: `tfjs`, `onnxruntime`. */
  readonly engine: string;
  readonly task: TaskName;
  readonly dimensions: Dimensions;
  /** What the head reads, and its outputs. */
  readonly head: Pick<Task, 'reads' | 'outputs'>;
  /** Configurations to choose from, cheapest first; only the full length for a model that was never searched. */
  readonly paretoSet: readonly ParetoPoint[];
  /** Label names by class number; empty for regression. */
  readonly labels: readonly string[];
  /**
   * @throws ModelError `TEXT_EMPTY`, `TEXT_TOO_LONG`, `BUDGET_INVALID`, `OPTION_INVALID`, `ABORTED`; CoreError `LENGTH_CONFIG_INVALID`
   */
  predict(texts: readonly (TextInput | TokenInput)[], options?: PredictOptions): Promise<Prediction[]>;
  /** Tokens of a text, as it would be read. @throws ModelError as `predict` does for a text that it refuses */
  countTokens(text: TextInput | TokenInput, options?: PredictOptions): Promise<number>;
  /** MACs of one input of `tokens` tokens at a configuration (default full length), head included. */
  macs(tokens: number, config?: LengthConfig): number;
  /** Predicts one text and tells which tokens each layer kept. */
  inspect(text: TextInput, options?: PredictOptions): Promise<Inspection>;
  /** Frees the model. */
  dispose(): void;
}

/**
 * A predictor over a model that is already open. Disposing of it disposes of the model.
 *
 * @throws CoreError `LENGTH_CONFIG_INVALID` when the Pareto set is that of another model
 */
export const createPredictor = ({ model, tokenizer, lengthAdaptive }: RunnableTextModel): Predictor => {
  const { dimensions } = model;
  const { layers, positions } = dimensions;
  const full: ParetoPoint = { lengthConfig: fullLength(layers), score: Number.NaN, cost: 1 };
  const searched = lengthAdaptive?.paretoSet ?? [];
  const paretoSet = searched.length > 0 ? searched : [full];
  for (const { lengthConfig } of paretoSet) validateLengthConfig(lengthConfig, layers);
  let latency: { readonly model: LatencyModel; readonly longest: number } | undefined;
  /** Calibrated once, and again for inputs that are much longer than any that was timed. */
  const latencyFor = async (longest: number, signal: AbortSignal | undefined): Promise<LatencyModel> => {
    if (!latency || longest > 1.5 * latency.longest) {
      const timed = Math.max(usualLength, longest);
      latency = { model: await calibrateLatency(model, { lengths: [Math.min(8, longest), timed], signal }), longest: timed };
    }
    return latency.model;
  };

  const windowLength = lengthAdaptive?.training?.['maxLength'];
  const prepare = (text: TextInput | TokenInput, { truncate = false, answers, maxAnswerTokens, threshold }: PredictOptions): PreparedText =>
    isTokenInput(text) ? prepareTokens(model.task, text, dimensions, { threshold }) : model.task.prepare(tokenizer, text, { positions, truncate, answers, maxAnswerTokens, threshold, ...(typeof windowLength === 'number' && { windowLength }) });

  /** @returns what chooses the configuration of a text whose inputs have these numbers of tokens */
  const chooser = async ({ budget, lengthConfig, signal }: PredictOptions, longest: number): Promise<(tokens: readonly number[]) => LengthConfig> => {
    if (lengthConfig) {
      validateLengthConfig(lengthConfig, layers);
      return () => lengthConfig;
    }
    if (!budget) return () => model.builtIn ?? full.lengthConfig;
    if ('minScore' in budget && searched.length === 0) {
      throw new ModelError('BUDGET_INVALID', 'This model was never searched, so no score of it is known; search it first, or give a cost or latency budget.');
    }
    if ('latencyMs' in budget) {
      const fitted = await latencyFor(longest, signal);
      const latencyOf = (tokens: readonly number[], config: LengthConfig): number => sum(tokens.map((count) => fitted.milliseconds(count, config)));
      return (tokens) => pointForBudget(paretoSet, budget, (config) => latencyOf(tokens, config)).lengthConfig;
    }
    const { lengthConfig: chosen } = pointForBudget(paretoSet, budget);
    return () => chosen;
  };

  const predictPrepared = async (texts: readonly PreparedText[], options: PredictOptions): Promise<Prediction[]> => {
    const lengths = texts.map(({ inputs }) => inputs.map(({ ids }) => ids.length));
    const configs = options.lengthConfigs ?? lengths.map(await chooser(options, Math.max(0, ...lengths.flat())));
    if (configs.length !== texts.length) throw new ModelError('OPTION_INVALID', `${texts.length} texts came with ${configs.length} length configurations; expected one each.`);
    if (options.lengthConfigs) for (const config of new Set(configs)) validateLengthConfig(config, layers);
    const inputs = texts.flatMap((text) => text.inputs);
    const start = performance.now();
    const logits = await predictLogits(model, inputs, { configs: texts.flatMap((text, row) => text.inputs.map(() => configs[row] as LengthConfig)), signal: options.signal });
    if (inputs.length === 1) latency?.model.observe(inputs[0]?.ids.length ?? 0, configs[0] as LengthConfig, performance.now() - start);
    return texts.map((text, row) => ({ ...text.answer(logits.splice(0, text.inputs.length)), ...costOf(text, configs[row] as LengthConfig) }));
  };

  const costOf = ({ inputs }: PreparedText, config: LengthConfig): Omit<Prediction, keyof Answer> => {
    const lengths = inputs.map(({ ids }) => ids.length);
    const kept = lengths.map((length) => keptTokens(config, length));
    return {
      lengthConfig: config,
      cost: sum(lengths.map((length) => model.macs(length, config))) / sum(lengths.map((length) => model.macs(length))),
      tokens: sum(lengths),
      keptTokens: config.map((_, layer) => sum(kept.map((counts) => counts[layer] ?? 0))),
    };
  };

  return {
    engine: model.engine,
    task: model.task.name,
    dimensions,
    head: { reads: model.task.reads, outputs: model.task.outputs },
    paretoSet,
    labels: model.task.labels,
    predict: async (texts, options = {}) => {
      const prepared = texts.map((text) => prepare(text, options));
      return predictPrepared(prepared, options);
    },
    macs: (tokens, config) => model.macs(tokens, config),
    countTokens: async (text, options = {}) => sum(prepare(text, options).inputs.map(({ ids }) => ids.length)),
    inspect: async (text, options = {}) => {
      const prepared = prepare(text, options);
      const [prediction] = (await predictPrepared([prepared], options)) as [Prediction];
      const [encoding] = prepared.inputs as readonly [Encoding];
      const keptPositions = await model.keptPositions(encoding, prediction.lengthConfig);
      return { prediction, encoding, layers: keptPositions };
    },
    dispose: () => model.dispose(),
  };
};

/**
 * Loads a model and gives the predictor of it.
 *
 * @param source a folder, `npm:package`, web address, Hugging Face Hub repository, or a `FileSource`
 * @throws ModelError when a file is missing, broken, of an architecture that is not known, or has no trained head
 * @example
 * const predictor = await load('models/reviews');
 * const [answer] = await predictor.predict(['Great for the jawbone.'], { budget: { cost: 0.5 } });
 */
export const load = async (source: string | FileSource, options: OpenModelOptions = {}): Promise<Predictor> =>
  createPredictor(await openTrainedModel(source, options));
