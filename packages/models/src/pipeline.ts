/** Coming from transformers.js, as the sub-path `@length-adaptive/models/pipeline`: its calls, on any engine, at any budget. */
export { pipeline } from './pipeline/pipeline.js';
export type {
  ZeroShotClassification,
  ZeroShotClassificationOptions,
  ZeroShotClassificationPipeline,
} from './pipeline/zero-shot-classification.js';
export type { OpenPipeline, OpenPredictor, Pipeline, PipelineOptions, Pipelines } from './pipeline/pipeline.js';
export type { PipelineDefaults } from './pipeline/pipeline-options.js';
export type { TextClassificationOptions, TextClassificationPipeline } from './pipeline/text-classification.js';
export type {
  TaggedGroup,
  TaggedToken,
  TokenClassificationOptions,
  TokenClassificationPipeline,
} from './pipeline/token-classification.js';
export type {
  AnsweredQuestion,
  QuestionAnsweringOptions,
  QuestionAnsweringPipeline,
} from './pipeline/question-answering.js';
export type {
  FeatureExtractionOptions,
  FeatureExtractionPipeline,
  FeatureTensor,
} from './pipeline/feature-extraction.js';
