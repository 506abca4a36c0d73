export { ModelError } from './errors.js';
export type { ModelErrorCode, NearestPoint } from './errors.js';

export { directorySource } from './sources/directory-source.js';
export type { DirectorySourceOptions } from './sources/directory-source.js';
export type { DownloadProgress } from './sources/download-progress.js';
export type { FilePlace, FileSource, OpenFile } from './sources/file-source.js';
export { checkNotPointer } from './sources/git-lfs.js';
export { npmSource } from './sources/npm-source.js';
export type { NpmSourceOptions } from './sources/npm-source.js';
export { openSource } from './sources/open-source.js';
export type { OpenSourceOptions } from './sources/open-source.js';
export { hubSource, urlSource } from './sources/url-source.js';
export type { UrlSourceOptions } from './sources/url-source.js';
export { cacheRoot } from './sources/download-cache.js';
export { writeFile } from './sources/write-file.js';
export { writeFolder } from './sources/write-folder.js';
export type { StaleFile, WriteFolderOptions } from './sources/write-folder.js';
export { adapterConfigName } from './folder/adapter-config.js';
export { staleModelFiles } from './folder/stale-files.js';

export {
  formatLengthAdaptiveFile,
  hasLengthDrop,
  lengthAdaptiveFileName,
  validateLengthAdaptiveFile,
} from './folder/length-adaptive-file.js';
export type { LengthAdaptiveFile, ParetoPoint, ReducerRecord, SearchRecord } from './folder/length-adaptive-file.js';
export {
  checkSavable,
  chooseRanking,
  chooseReducer,
  nameRanking,
  reducerRecord,
  savedReducer,
  withRanking,
} from './folder/ranking.js';
export type { Ranking, RankingOptions, ReducerChoice, ReducerName } from './folder/ranking.js';
export { checkPoint, pointReducer, withoutOwnReducer } from './folder/check-point.js';
export type { ReducingModel } from './folder/check-point.js';
export { bitsIn, bitsNotes, checkBits, ownBits, runsBits } from './folder/bits.js';
export type { BitsModel } from './folder/bits.js';
export { checkRanks, lowRankFileName } from './folder/low-rank.js';
export type { LowRankRecord, RankedModel } from './folder/low-rank.js';
export { sentenceTransformersFiles } from './folder/sentence-transformers.js';
export { readModelDirectory, readModelFiles, writeModelDirectory } from './folder/model-directory.js';
export type {
  ModelDirectory,
  ModelFiles,
  ReadModelDirectoryOptions,
  ReadModelFilesOptions,
  WeightDtype,
  WriteModelDirectoryOptions,
} from './folder/model-directory.js';
export { hasWeights } from './weights/read-weights.js';
export { isWeightsFile } from './sources/weights-file.js';
export { trimVocabulary } from './folder/trim-vocabulary.js';
export type { TrimVocabularyOptions } from './folder/trim-vocabulary.js';
export { readPyTorch } from './weights/pytorch/read-pytorch.js';
export { describeUnread, readSafetensors } from './weights/safetensors.js';
export type { ReadTensorsOptions, UnreadTensor } from './weights/safetensors.js';
export type { Safetensors, SafetensorsDtype, TensorData } from './weights/safetensors.js';
export { writeSafetensors } from './weights/write-safetensors.js';
export type { FloatDtype, WriteSafetensorsOptions } from './weights/write-safetensors.js';

export { createTokenizer } from './tokenizer/tokenizer.js';
export type { EncodeOptions, Encoding, Tokenizer } from './tokenizer/tokenizer.js';
export type { TokenizerFileName, TokenizerFiles } from './tokenizer/tokenizer-files.js';
export { modernTokenizerFiles } from './tokenizer/tokenizer-json.js';
export type { TokenizerSources } from './tokenizer/tokenizer-json.js';

export type { ColumnNames } from './datasets/columns.js';
export { dataFormatOf } from './datasets/data-format.js';
export type { DataFormat } from './datasets/data-format.js';
export type { Example, LabelKind } from './datasets/dataset.js';
export { isJsonList, parseJsonList } from './datasets/jsonl.js';
export { splitLines } from './datasets/lines.js';
export { decodeDataFile, openText } from './datasets/open-text.js';
export { encodingOf } from './datasets/text-encoding.js';
export type { TextEncodingName } from './datasets/text-encoding.js';
export { parseExamples, readExamples } from './datasets/read-examples.js';
export type { ReadExamplesOptions } from './datasets/read-examples.js';
export { splitExamples } from './datasets/split.js';
export type { SplitOptions } from './datasets/split.js';

export { accuracy, f1, matthews } from './metrics/classification.js';
export type { F1Options } from './metrics/classification.js';
export { averagePrecision, exactLabels, labelScores, multiLabelF1 } from './metrics/multi-label.js';
export type { LabelRows, LabelScores } from './metrics/multi-label.js';
export { pearson, spearman } from './metrics/correlation.js';
export { mean } from './metrics/mean.js';
export { cosine, unit } from './metrics/vectors.js';
export { isBeirFolder, readBeir } from './datasets/beir.js';
export type { BeirData, BeirText } from './datasets/beir.js';
export { retrievalMetrics, scoreRankings } from './metrics/retrieval.js';
export type { FoundDocument, Judgements, RetrievalMetricName } from './metrics/retrieval.js';
export { rankDocuments, scoreRetrieval } from './scoring/retrieval.js';
export type { VectorsById } from './scoring/retrieval.js';
export { metricByName, metrics } from './metrics/metric.js';
export type { Metric, MetricName, MultiLabelMetricName } from './metrics/metric.js';

export type {
  Architecture,
  Dimensions,
  HeadWeights,
  PoolerActivation,
  Readout,
  TowerName,
} from './architectures/architecture.js';
export { architectureNames, architectureOf, registerArchitecture } from './architectures/registry.js';
export { denseAt, fusedAt, gainAt, layerNormAt, linearAt } from './architectures/dense-specs.js';
export { configHeads, configNumber, configSize } from './architectures/model-config.js';
export { fitDense } from './architectures/companions.js';
export { tinyBertShapes } from './architectures/tinybert.js';
export { fullLengthBaselines, paddedLengths, paddings } from './search/baselines.js';
export type { Baseline, Padding, PaddingOptions } from './search/baselines.js';
export { tokenBatches } from './model/token-batches.js';
export { trainingBatches } from './training/training-batches.js';
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
export { parsePoint, parseRanks } from './predictor/parse-point.js';
export type { ParsePointContext } from './predictor/parse-point.js';
export { pointText } from './predictor/point-text.js';
export { encodeExamples } from './examples/encode-examples.js';
export type { EncodeExamplesOptions } from './examples/encode-examples.js';
export { encodeQuestions } from './tasks/encode-questions.js';
export { labelsOf, tagsOf } from './tasks/labels-of.js';
export { encodeSentences } from './examples/encode-sentences.js';
export type { GivenPrior } from './priors/given-prior.js';
export { departedAnswerOf, departedAnswers, withDeparted } from './tasks/departed-answer.js';
export type { DepartedAnswer } from './tasks/departed-answer.js';
export type { LabelledInput, SearchedDocument } from './tasks/labelled-input.js';
export { evaluate } from './scoring/evaluate.js';
export type { EvaluateOptions } from './scoring/evaluate.js';
export { choosePrior, resolvePrior, withPriors } from './priors/prior-settings.js';
export type { PriorName } from './tasks/prior-name.js';
export type { ModelPrior, PriorSettings } from './priors/prior-settings.js';
export { firstText } from './priors/first-text.js';
export { secondText } from './priors/second-text.js';
export { questionOverlap } from './priors/question-overlap.js';
export type { QuestionOverlapOptions } from './priors/question-overlap.js';
export { predictLogits } from './model/predict-logits.js';
export type { PredictLogitsOptions } from './model/predict-logits.js';
export { countFlips, flipShare } from './scoring/flips.js';
export type { Flips } from './scoring/flips.js';
export { checkScore, createScorer, scoreNameFor } from './scoring/score.js';
export { isRetrievalMetric } from './scoring/retrieval-scorer.js';
export { encodeDocuments } from './examples/encode-documents.js';
export type { EncodeDocumentsOptions } from './examples/encode-documents.js';
export type { Scorer, ScoreName } from './scoring/score.js';
export { exampleScorer } from './scoring/score-examples.js';
export type { ExampleScorer } from './scoring/score-examples.js';
export { pointScorer } from './scoring/score-points.js';
export type { ScoreContext, ScorePoints } from './scoring/score-points.js';
export { gradInit } from './training/gradinit/grad-init.js';
export type { GradInitOptions, GradInitReport, GradInitResult } from './training/gradinit/grad-init.js';
export { initialiseModel } from './training/gradinit/initialise-model.js';
export type { InitialiseOptions } from './training/gradinit/initialise-model.js';
export type { GradientNorm } from './training/gradinit/scale-weights.js';
export { fineTune, trainable } from './training/fine-tune.js';
export type { FineTuneData, FineTuneEngine, FineTuneOptions } from './training/fine-tune.js';
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
export { sameVocabulary } from './training/distillation/check-teacher.js';
export { planDistillation } from './training/distillation/plan-distillation.js';
export type {
  Distillation,
  DistillationMethod,
  DistillationOptions,
  IntermediateDistillation,
  PredictionDistillation,
  RelationDistillation,
} from './training/distillation/plan-distillation.js';
export type { FitDense } from './training/distillation/fit-dense.js';
export type { LayerMatch } from './training/distillation/layer-matches.js';
export { observedLayers } from './training/distillation/observed-layers.js';
export type { ObservedLayers } from './training/distillation/observed-layers.js';
export { tensorDistillationEngine } from './training/distillation/tensor-distillation-engine.js';
export { calibrateLatency } from './latency/calibrate-latency.js';
export type { CalibrateLatencyOptions } from './latency/calibrate-latency.js';
export { processorTime } from './latency/processor-time.js';
export { createLatencyModel, largestError } from './latency/latency-model.js';
export type { FactorTerm, LatencyFit, LatencyModel, LatencyTerm, PassFit } from './latency/latency-model.js';
export { depthPoints } from './search/depth-points.js';
export { lengthSearchProblem, weighsFileSize } from './search/length-problem.js';
export type {
  LengthSearchCheckpoint,
  LengthSearchGeneration,
  LengthSearchOptions,
  LengthSearchProblem,
} from './search/length-problem.js';
export type { LengthObjective } from './search/objectives.js';
export type { PointRace, RacedExamples, RacingRecord } from './search/race-points.js';
export type { Spend } from './search/ranked-space.js';
export { isLengthSearchCheckpoint } from './search/read-checkpoint.js';
export { defaultEvaluations, searchMethodOf } from './search/search-method.js';
export type { LengthSearchMethod, MethodSettings } from './search/search-method.js';
export { searchLengths } from './search/length-search.js';
export type { LengthSearchResult } from './search/length-search.js';
export { macsShare } from './search/price.js';
export type { CostObjective } from './search/price.js';
export type { ModelConfig } from './architectures/model-config.js';
export { createLifetime, endQuietly } from './model/lifetime.js';
export type { Lifetime } from './model/lifetime.js';
export { cutFactors } from './model/cut-factors.js';
export { everyRank, factoriseModel } from './model/factorise-model.js';
export type { FactorisedMatrix, FactorisedModel, FactoriseOptions } from './model/factorise-model.js';
export type { FactoriseMethod } from './low-rank/factorise-matrix.js';
export { openModel, openTrainedModel, saveModel } from './model/open-model.js';
export type { OpenModelOptions, TextModel } from './model/open-model.js';
export { checkParameters } from './architectures/parameter.js';
export type { Parameter } from './architectures/parameter.js';
export type { ParameterSpec, SpecTree } from './architectures/parameter-specs.js';
export { load } from './predictor/load.js';
export { createPredictor } from './predictor/predictor.js';
export type { Predictor } from './predictor/predictor.js';
export type {
  AffordablePoints,
  FailedPrediction,
  Inspection,
  OnError,
  Prediction,
  Predictions,
  PredictOptions,
} from './predictor/prediction.js';
export { searchRetention } from './training/retention-search.js';
export type { RetentionSearchOptions, RetentionSearchResult } from './training/retention-search.js';
export type { TextError, Unread } from './predictor/read-each.js';
export { float32ToFloat16 } from './weights/half-float.js';
export type { RunnableModel, RunnableTextModel } from './model/runnable-model.js';
export type { TokenTrace } from './model/token-trace.js';
export { traceTokens } from './model/trace-tokens.js';
export { isOfClass } from './architectures/checkpoint-class.js';
export { configFor, taskOf } from './tasks/task-config.js';
export { costOptionsOf, headCostOf } from './model/head-cost.js';
export { checkReadable } from './model/check-readable.js';
export { runHead } from './model/run-head.js';
export type { HeadOptions } from './model/run-head.js';
export { createTaskModel } from './model/task-model.js';
export { openTokenizer } from './model/within-tables.js';
export type { CreateModelOptions, RunOptions, SaliencyOptions, TaskModel } from './model/task-model.js';
export { embedding } from './tasks/embedding.js';
export type { EmbeddingTask } from './tasks/embedding.js';
export { promptNameFor, promptText } from './tasks/embedding-settings.js';
export type { EmbeddingPooling, EmbeddingSettings, PromptChoice, TextRole } from './tasks/embedding-settings.js';
export { multiLabelClassification } from './tasks/multi-label-classification.js';
export type { MultiLabelTask } from './tasks/multi-label-classification.js';
export { regression } from './tasks/regression.js';
export { rerank } from './tasks/rerank.js';
export type { RelevanceScale, RerankTask } from './tasks/rerank.js';
export { imageClassification } from './tasks/image-classification.js';
export type { ImageClassificationOptions } from './tasks/image-classification.js';
export type { ImageExample } from './tasks/image-example.js';
export { readImage } from './images/decode-image.js';
export type { ImageInput, SingleImage } from './images/image-input.js';
export { readImageFolder } from './images/image-folder.js';
export type { ImageFile } from './images/image-folder.js';
export type { ImageEncoding, ImageReader } from './images/image-reader.js';
export { createImageReader } from './tokenizer/image-tokenizer.js';
export type { RawImage } from './images/raw-image.js';
export { readImageExamples } from './tasks/read-image-examples.js';
export { sequenceClassification } from './tasks/sequence-classification.js';
export { questionAnswering } from './tasks/question-answering.js';
export type { SequenceTask } from './tasks/sequence-task.js';
export type { TargetArrays } from './tasks/target-arrays.js';
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
  PreparedText,
  PrepareOptions,
  Task,
  TaskName,
  TextInput,
  PredictorInput,
  TokenInput,
} from './tasks/task.js';
export { labelLoss, teacherLoss } from './tasks/task-losses.js';
export type { TargetAxes, TargetValues, TaskLoss, TeacherAndStudent, WeightedTargets } from './tasks/task-loss.js';
export { encodeTexts, oneLabel } from './tasks/encode-texts.js';
export { onSequences, onWholeTexts } from './tasks/sequence-task.js';
export { modelLabel } from './tasks/class-labels.js';
export { dataKindOf, dataKinds, folderDataKind, guessDataKind } from './examples/data-kinds.js';
export { textsData } from './examples/texts-data.js';
export type { AdaptationLoss, AdaptationWeights } from './tasks/adaptation-loss.js';
export { distillationLoss, taskLoss } from './tasks/tensor-losses.js';
export { tokenClassification } from './tasks/token-classification.js';
export type { TokenTask } from './tasks/token-classification.js';
export { decodeTrainerState, encodeTrainerState } from './training/trainer-checkpoint.js';
export { measureSpeed } from './latency/measure-speed.js';
export type { MeasureSpeedOptions, SpeedMeasurement } from './latency/measure-speed.js';
export { quantile } from './latency/quantile.js';

export { parseConll, readConll } from './datasets/conll.js';
export type { ConllColumns, TaggedSentence } from './datasets/conll.js';
export { parseSquad, readSquad } from './datasets/squad.js';
export type { Question, SquadAnswer } from './datasets/squad.js';
export { encodeTextWords, encodeWords } from './tokenizer/encode-words.js';
export type { TextWords, WordEncoding } from './tokenizer/encode-words.js';
export { entitiesOf, entityScores } from './metrics/entities.js';
export type { Entity, EntityScores } from './metrics/entities.js';
export { answerF1, exactMatch, normalizeAnswer } from './metrics/squad.js';
export { answerTokens, questionWindows } from './tokenizer/question-windows.js';
export type { QuestionWindow, WindowOptions } from './tokenizer/question-windows.js';
export { bestAnswers } from './tasks/span-answers.js';
export type { BestAnswersOptions, SpanAnswer } from './tasks/span-answers.js';

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
export { hypothesesOf, labelProbabilities, nliOutputsOf } from './zero-shot/hypotheses.js';
export type { HypothesisOptions, NliOutputs } from './zero-shot/hypotheses.js';
export { createZeroShotClassifier } from './zero-shot/zero-shot.js';
export { loadZeroShotImageClassifier } from './zero-shot/load-zero-shot-images.js';
export type { LoadZeroShotImageOptions } from './zero-shot/load-zero-shot-images.js';
export { createZeroShotImageClassifier } from './zero-shot/zero-shot-images.js';
export type {
  FailedZeroShotImage,
  TwoTowers,
  ZeroShotImageAnswer,
  ZeroShotImageClassifier,
  ZeroShotImageOptions,
} from './zero-shot/zero-shot-images.js';
export type { FailedZeroShot, ZeroShotAnswer, ZeroShotClassifier, ZeroShotOptions } from './zero-shot/zero-shot.js';
