/** The call shapes of transformers.js over a predictor: the sub-path `@length-adaptive/models/pipeline`. */
import { ModelError } from '../errors.js';
import { orDispose } from '../model/lifetime.js';
import type { Predictor } from '../predictor/predictor.js';
import type { PriorName } from '../tasks/prior-name.js';
import type { PipelineDefaults } from './pipeline-options.js';
import type { FeatureExtractionPipeline } from './feature-extraction.js';
import { featureExtraction } from './feature-extraction.js';
import type { QuestionAnsweringPipeline } from './question-answering.js';
import { questionAnswering } from './question-answering.js';
import type { TextClassificationPipeline } from './text-classification.js';
import { textClassification } from './text-classification.js';
import type { TokenClassificationPipeline } from './token-classification.js';
import { tokenClassification } from './token-classification.js';
import type { ZeroShotClassificationPipeline } from './zero-shot-classification.js';
import { zeroShotClassification } from './zero-shot-classification.js';

/** What every pipeline has beside its call. */
export interface OpenPipeline {
  /** What answers, with all that a pipeline does not show. */
  readonly predictor: Predictor;
  /** Frees the model. */
  dispose(): Promise<void>;
}

/** Pipelines by the names that transformers.js gives them. */
export interface Pipelines {
  readonly 'text-classification': TextClassificationPipeline;
  readonly 'sentiment-analysis': TextClassificationPipeline;
  readonly 'token-classification': TokenClassificationPipeline;
  readonly ner: TokenClassificationPipeline;
  readonly 'question-answering': QuestionAnsweringPipeline;
  readonly 'feature-extraction': FeatureExtractionPipeline;
  readonly 'zero-shot-classification': ZeroShotClassificationPipeline;
}

/** A pipeline that is open. */
export type Pipeline<Name extends keyof Pipelines> = Pipelines[Name] & OpenPipeline;

/** Opens a model that is named by its source, with the prior that a pipeline wants. */
export type OpenPredictor = (source: string, options?: { readonly prior?: PriorName }) => Promise<Predictor>;

/** How a pipeline is opened. */
export interface PipelineOptions extends PipelineDefaults {
  /** What opens a model that is named by its source: `loadOnnx` for ONNX Runtime. Default: `load`, which needs TensorFlow.js. */
  readonly open?: OpenPredictor | undefined;
}

interface Kind<Call> {
  readonly call: (predictor: Predictor, defaults: PipelineDefaults) => Call;
  /** What a model has to answer. */
  readonly answers: Predictor['answers'];
  /** What is to be said of a model that answers something else. */
  readonly wants: string;
  /** What says beforehand which tokens matter, where the model is opened for it. */
  readonly prior?: PriorName;
}

const classifier: Kind<TextClassificationPipeline> = {
  call: textClassification,
  answers: 'label',
  wants: 'a classifier with labels',
};
const tagger: Kind<TokenClassificationPipeline> = {
  call: tokenClassification,
  answers: 'entities',
  wants: 'a model that tags words',
};

const kinds: { readonly [Name in keyof Pipelines]: Kind<Pipelines[Name]> } = {
  'text-classification': classifier,
  'sentiment-analysis': classifier,
  'token-classification': tagger,
  ner: tagger,
  'question-answering': { call: questionAnswering, answers: 'spans', wants: 'a model that finds answers in contexts' },
  // Under a budget the text loses tokens, and the label none.
  'zero-shot-classification': {
    call: zeroShotClassification,
    answers: 'label',
    wants: 'a classifier of natural language inference',
    prior: 'second-text',
  },
  'feature-extraction': { call: featureExtraction, answers: 'vectors', wants: 'an encoder without a head' },
};

const openWithTensorFlow: OpenPredictor = async (source, options) =>
  (await import('../predictor/load.js')).load(source, options);

/**
 * A function with the arguments and answers of transformers.js' pipeline of the same name, that runs a model at any budget.
 *
 * @param task `text-classification` (`sentiment-analysis`), `token-classification` (`ner`), `question-answering`, `feature-extraction`,
 * `zero-shot-classification`
 * @param model a predictor that is open on any engine (for zero-shot classification under a budget with the prior `second-text`), or where a model is: a folder, `npm:package`, web address, Hub repository
 * @throws ModelError `OPTION_INVALID` for a task that is not known, or a model of another; and what opening the model throws
 * @example
 * const classify = await pipeline('text-classification', 'models/reviews', { budget: { cost: 0.5 } });
 * const [{ label, score }] = await classify('Great for the jawbone.');
 */
export const pipeline = async <Name extends keyof Pipelines>(
  task: Name,
  model: string | Predictor,
  { open = openWithTensorFlow, ...defaults }: PipelineOptions = {},
): Promise<Pipeline<Name>> => {
  if (!Object.hasOwn(kinds, task))
    throw new ModelError(
      'OPTION_INVALID',
      `There is no pipeline called ${JSON.stringify(task)}; there are ${Object.keys(kinds).join(', ')}.`,
    );
  const kind: Kind<Pipelines[Name]> = kinds[task];
  const predictor = typeof model === 'string' ? await open(model, kind.prior && { prior: kind.prior }) : model;
  if (predictor.answers !== kind.answers || (kind === classifier && predictor.labels.length === 0)) {
    if (typeof model === 'string') predictor.dispose();
    throw new ModelError(
      'OPTION_INVALID',
      `The model does ${predictor.task}; the pipeline "${task}" wants ${kind.wants}.`,
    );
  }
  const opened: OpenPipeline = { predictor, dispose: async () => predictor.dispose() };
  const call = (): Pipelines[Name] => kind.call(predictor, defaults);
  return Object.assign(typeof model === 'string' ? orDispose(predictor, call) : call(), opened);
};
