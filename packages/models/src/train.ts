/** Training, distilling and searching models, as the sub-path `@length-adaptive/models/train`. On TensorFlow.js, or on an engine that is given. */
export { ModelError } from './errors.js';
export type { ModelErrorCode, NearestPoint } from './errors.js';
export { openModel, openTrainedModel, saveModel } from './model/open-model.js';
export type { OpenModelOptions, TextModel } from './model/open-model.js';
export { createTaskModel } from './model/task-model.js';
export type { CreateModelOptions, RunOptions, SaliencyOptions, TaskModel } from './model/task-model.js';
export { encodeExamples } from './examples/encode-examples.js';
export type { EncodeExamplesOptions } from './examples/encode-examples.js';
export { encodeQuestions } from './tasks/encode-questions.js';
export { labelsOf, tagsOf } from './tasks/labels-of.js';
export { encodeSentences } from './examples/encode-sentences.js';
export type { LabelledInput } from './tasks/labelled-input.js';
export type { AdaptationLoss, AdaptationWeights } from './tasks/adaptation-loss.js';
export { distillationLoss, taskLoss } from './tasks/tensor-losses.js';
export { evaluate } from './scoring/evaluate.js';
export type { EvaluateOptions } from './scoring/evaluate.js';
export { gradInit } from './training/gradinit/grad-init.js';
export type { GradInitOptions, GradInitReport, GradInitResult } from './training/gradinit/grad-init.js';
export { initialiseModel } from './training/gradinit/initialise-model.js';
export type { InitialiseOptions } from './training/gradinit/initialise-model.js';
export type { GradientNorm } from './training/gradinit/scale-weights.js';
export { fineTune, trainable } from './training/fine-tune.js';
export type { FineTuneData, FineTuneEngine, FineTuneOptions } from './training/fine-tune.js';
export { decodeTrainerState, encodeTrainerState } from './training/trainer-checkpoint.js';
export { searchRetention } from './training/retention-search.js';
export type { RetentionSearchOptions, RetentionSearchResult } from './training/retention-search.js';
export { adapt } from './training/adaptation/adapt.js';
export type { AdaptOptions } from './training/adaptation/adapt.js';
export { createBm25 } from './reranking/bm25.js';
export type { Bm25 } from './reranking/bm25.js';
export { candidateLists, encodeLists } from './reranking/candidate-lists.js';
export type { CandidateListsOptions, CorpusText, QueryDocuments } from './reranking/candidate-lists.js';
export { planAdaptation } from './training/distillation/plan-adaptation.js';
export type { AdaptationOptions, AdaptationPlan } from './training/distillation/plan-adaptation.js';
export { createStudent } from './training/distillation/create-student.js';
export type { CreateStudentOptions, StudentShape } from './training/distillation/create-student.js';
export { distill } from './training/distillation/distill.js';
export type { DistillationEngine, DistillOptions } from './training/distillation/distill.js';
export { planDistillation } from './training/distillation/plan-distillation.js';
export type {
  Distillation,
  DistillationMethod,
  DistillationOptions,
} from './training/distillation/plan-distillation.js';
export { lengthSearchProblem } from './search/length-problem.js';
export type { LengthSearchCheckpoint, LengthSearchGeneration, LengthSearchOptions } from './search/length-problem.js';
export { searchLengths } from './search/length-search.js';
export type { LengthSearchResult } from './search/length-search.js';
export type { LengthSearchMethod } from './search/search-method.js';
