/** Predicting on any engine, as the sub-path `@length-adaptive/models/predict`: predictor, budgets and tasks, without TensorFlow.js and without training. */
export { ModelError } from './errors.js';
export type { ModelErrorCode, NearestPoint } from './errors.js';
export { choiceForBudget, pointForBudget, pointsWithin } from './predictor/budget.js';
export type {
  BoundedPoint,
  Budget,
  BudgetChoice,
  CostOf,
  LatencyOf,
  PointBounds,
  PointMeasures,
} from './predictor/budget.js';
export type {
  Embedding,
  Embeddings,
  EmbedOptions,
  FailedEmbedding,
  LongTexts,
  VectorFormat,
} from './predictor/embedding.js';
export { parsePoint } from './predictor/parse-point.js';
export type { ParsePointContext } from './predictor/parse-point.js';
export { pointText } from './predictor/point-text.js';
export { createPredictor } from './predictor/predictor.js';
export type {
  AffordablePoints,
  FailedPrediction,
  Inspection,
  OnError,
  Prediction,
  Predictions,
  PredictOptions,
} from './predictor/prediction.js';
export type { Predictor } from './predictor/predictor.js';
export type { TextError, Unread } from './predictor/read-each.js';
export { predictLogits } from './model/predict-logits.js';
export type { PredictLogitsOptions } from './model/predict-logits.js';
export type { RunnableModel, RunnableTextModel } from './model/runnable-model.js';
export type { TokenTrace } from './model/token-trace.js';
export { calibrateLatency } from './latency/calibrate-latency.js';
export type { CalibrateLatencyOptions } from './latency/calibrate-latency.js';
export { processorTime } from './latency/processor-time.js';
export { createLatencyModel } from './latency/latency-model.js';
export type { FactorTerm, LatencyFit, LatencyModel, LatencyTerm, PassFit } from './latency/latency-model.js';

export { taskOf } from './tasks/task-config.js';
export { embedding } from './tasks/embedding.js';
export type { EmbeddingTask } from './tasks/embedding.js';
export { promptNameFor, promptText } from './tasks/embedding-settings.js';
export type { EmbeddingPooling, EmbeddingSettings, PromptChoice, TextRole } from './tasks/embedding-settings.js';
export { multiLabelClassification } from './tasks/multi-label-classification.js';
export type { MultiLabelTask } from './tasks/multi-label-classification.js';
export { imageClassification } from './tasks/image-classification.js';
export type { ImageClassificationOptions } from './tasks/image-classification.js';
export type { ImageExample } from './tasks/image-example.js';
export { readImage } from './images/decode-image.js';
export type { ImageInput, SingleImage } from './images/image-input.js';
export type { ImageEncoding, ImageReader } from './images/image-reader.js';
export type { RawImage } from './images/raw-image.js';
export { questionAnswering } from './tasks/question-answering.js';
export { regression } from './tasks/regression.js';
export { rerank } from './tasks/rerank.js';
export type { RelevanceScale, RerankTask } from './tasks/rerank.js';
export { sequenceClassification } from './tasks/sequence-classification.js';
export type { SequenceTask } from './tasks/sequence-task.js';
export type { AnswerTensor } from './tasks/answer-tensors.js';
export { labelTensor, probabilitiesTensor, scoreTensor } from './tasks/answer-tensors.js';
export type { DataKind, DataKindName } from './tasks/data-kind.js';
export { calledTask, findTask, makeTask, registerTask, taskDefinitionOf, taskDefinitions } from './tasks/registry.js';
export { unheardOption } from './tasks/unheard-option.js';
export type { TaskDefinition, TaskLabels } from './tasks/task-definition.js';
export { isTokenInput } from './tasks/task.js';
export type { Answer, EntityAnswer, LabelAnswer } from './tasks/answer.js';
export type {
  InputLengths,
  KnownTaskName,
  PredictorInput,
  PreparedText,
  PrepareOptions,
  Task,
  TaskName,
  TextInput,
  TokenInput,
} from './tasks/task.js';
export { tokenClassification } from './tasks/token-classification.js';
export type { TokenTask } from './tasks/token-classification.js';

export { createBm25 } from './reranking/bm25.js';
export type { Bm25 } from './reranking/bm25.js';
export { fuseOrders } from './reranking/fuse-orders.js';
export { choosePlan, planWithin } from './reranking/plan.js';
export type { Plan, PlanContext, PlanTimes } from './reranking/plan.js';
export { laterFirst, leadingWithin, rankStage } from './reranking/rank-stages.js';
export type { StageOrder } from './reranking/rank-stages.js';
export { rankingPlans } from './reranking/ranking-plans.js';
export type { RankingModel, RankingPlans } from './reranking/ranking-plans.js';
export { createReranker } from './reranking/reranker.js';
export type { Reranker } from './reranking/reranker.js';
export type {
  Cascade,
  CreateRerankerOptions,
  MeasuredCascade,
  RankedDocument,
  RerankDocument,
  Reranking,
  RerankOptions,
  RerankStage,
} from './reranking/reranking.js';
export { readCascades, withCascades } from './reranking/cascade-record.js';
export type { RerankRecord } from './reranking/cascade-record.js';
export { searchCascades } from './reranking/search-cascades.js';
export type { CandidateList, SearchCascadesOptions } from './reranking/search-cascades.js';
export { rankingFidelity } from './metrics/ranking-fidelity.js';
export { unit } from './metrics/vectors.js';
export { hypothesesOf, labelProbabilities, nliOutputsOf } from './zero-shot/hypotheses.js';
export type { HypothesisOptions, NliOutputs } from './zero-shot/hypotheses.js';
export { createZeroShotClassifier } from './zero-shot/zero-shot.js';
export { createZeroShotImageClassifier } from './zero-shot/zero-shot-images.js';
export type {
  FailedZeroShotImage,
  TwoTowers,
  ZeroShotImageAnswer,
  ZeroShotImageClassifier,
  ZeroShotImageOptions,
} from './zero-shot/zero-shot-images.js';
export type { FailedZeroShot, ZeroShotAnswer, ZeroShotClassifier, ZeroShotOptions } from './zero-shot/zero-shot.js';
