export { ModelError } from './errors.js';
export type { ModelErrorCode } from './errors.js';

export { directorySource } from './directory-source.js';
export type { DirectorySourceOptions } from './directory-source.js';
export type { DownloadProgress } from './download-progress.js';
export type { FileSource } from './files.js';
export { npmSource } from './npm-source.js';
export type { NpmSourceOptions } from './npm-source.js';
export { openSource } from './open-source.js';
export type { OpenSourceOptions } from './open-source.js';
export { hubSource, urlSource } from './url-source.js';
export type { UrlSourceOptions } from './url-source.js';
export { writeFile } from './write-file.js';
export { writeFolder } from './write-folder.js';

export { formatLengthAdaptiveFile, hasLengthDrop, lengthAdaptiveFileName, validateLengthAdaptiveFile, withReducer } from './length-adaptive-file.js';
export type { LengthAdaptiveFile, ParetoPoint, SearchRecord } from './length-adaptive-file.js';
export { readModelDirectory, readModelFiles, writeModelDirectory } from './model-directory.js';
export type { ModelDirectory, ModelFiles, ReadModelDirectoryOptions, TokenizerFileName, TokenizerFiles, WeightDtype, WriteModelDirectoryOptions } from './model-directory.js';
export { hasWeights, isWeightsFile } from './model-weights.js';
export { trimVocabulary } from './trim-vocabulary.js';
export type { TrimVocabularyOptions } from './trim-vocabulary.js';
export { readPyTorch } from './pytorch/read-pytorch.js';
export { readSafetensors } from './safetensors.js';
export type { Safetensors, SafetensorsDtype, TensorData } from './safetensors.js';
export { writeSafetensors } from './write-safetensors.js';
export type { FloatDtype, WriteSafetensorsOptions } from './write-safetensors.js';

export { createTokenizer } from './tokenizer.js';
export type { EncodeOptions, Encoding, Tokenizer } from './tokenizer.js';
export { modernTokenizerFiles } from './tokenizer-json.js';
export type { TokenizerSources } from './tokenizer-json.js';

export type { ColumnNames } from './datasets/columns.js';
export type { Example, LabelKind } from './datasets/dataset.js';
export { decodeDataFile, openText } from './datasets/open-text.js';
export { parseExamples, readExamples } from './datasets/read-examples.js';
export type { DataFormat, ReadExamplesOptions } from './datasets/read-examples.js';
export { splitExamples } from './datasets/split.js';
export type { SplitOptions } from './datasets/split.js';

export { accuracy, f1, matthews } from './metrics/classification.js';
export type { F1Options } from './metrics/classification.js';
export { pearson, spearman } from './metrics/correlation.js';
export { metricByName, metrics } from './metrics/metric.js';
export type { Metric, MetricName } from './metrics/metric.js';

export type { Architecture, Dimensions, HeadTask, HeadWeights } from './architectures/architecture.js';
export { architectureOf } from './architectures/registry.js';
export { fitDense, tinyBertShapes } from './architectures/tinybert.js';
export { fullLengthBaselines, paddedLengths, paddings } from './baselines.js';
export type { Baseline, Padding, PaddingOptions } from './baselines.js';
export { trainingBatches, tokenBatches } from './batching.js';
export { pointForBudget } from './budget.js';
export type { Budget, LatencyOf } from './budget.js';
export { encodeExamples, labelsOf } from './encode-examples.js';
export type { EncodeExamplesOptions } from './encode-examples.js';
export { encodeQuestions } from './encode-questions.js';
export { encodeSentences, tagsOf } from './encode-sentences.js';
export type { LabelledInput } from './labelled-input.js';
export { evaluate } from './evaluate.js';
export type { EvaluateOptions } from './evaluate.js';
export { chooseReducer, resolveReducer, withPriors } from './reducer.js';
export type { ModelReducer, ReducerName, ReducerSettings } from './reducer.js';
export { questionOverlap } from './question-overlap.js';
export type { QuestionOverlapOptions } from './question-overlap.js';
export { predictLogits } from './predict-logits.js';
export type { PredictLogitsOptions } from './predict-logits.js';
export { createScorer } from './score.js';
export type { Scorer, ScoreName } from './score.js';
export { configScorer } from './score-configs.js';
export type { ScoreConfigs, ScoreContext } from './score-configs.js';
export { fineTune, trainable } from './fine-tune.js';
export type { FineTuneData, FineTuneEngine, FineTuneOptions } from './fine-tune.js';
export { createStudent } from './create-student.js';
export type { CreateStudentOptions, StudentShape } from './create-student.js';
export { distill } from './distill.js';
export type { DistillationEngine, DistillOptions } from './distill.js';
export { sameVocabulary } from './distillation/check-teacher.js';
export { planDistillation } from './distillation/distillation.js';
export type {
  Distillation,
  DistillationMethod,
  DistillationOptions,
  IntermediateDistillation,
  PredictionDistillation,
  RelationDistillation,
} from './distillation/distillation.js';
export type { FitDense } from './distillation/fit-dense.js';
export type { LayerMatch } from './distillation/layer-matches.js';
export { observedLayers } from './distillation/observed-layers.js';
export type { ObservedLayers } from './distillation/observed-layers.js';
export { tensorDistillationEngine } from './distillation/tensor-distillation-engine.js';
export { calibrateLatency } from './calibrate-latency.js';
export type { CalibrateLatencyOptions } from './calibrate-latency.js';
export { createLatencyModel } from './latency-model.js';
export type { LatencyFit, LatencyModel, LatencyTerm } from './latency-model.js';
export { lengthSearchProblem, macsShare, searchLengths } from './length-search.js';
export type { CostObjective, LengthObjective, LengthSearchCheckpoint, LengthSearchOptions, LengthSearchResult } from './length-search.js';
export type { ModelConfig } from './model-config.js';
export { openModel, openTrainedModel, saveModel } from './model-files.js';
export type { OpenModelOptions, TextModel } from './model-files.js';
export type { Parameter, ParameterSpec, SpecTree } from './parameters.js';
export { createPredictor, load } from './predictor.js';
export type { Inspection, Prediction, PredictOptions, Predictor } from './predictor.js';
export { searchRetention } from './retention-search.js';
export type { RetentionSearchOptions, RetentionSearchResult } from './retention-search.js';
export { float32ToFloat16 } from './half-float.js';
export type { RunnableModel, RunnableTextModel } from './runnable-model.js';
export { configFor, taskOf } from './task-config.js';
export { headCostOf } from './head-cost.js';
export { createTaskModel } from './task-model.js';
export type { CreateModelOptions, RunOptions, TaskModel } from './task-model.js';
export { regression } from './tasks/regression.js';
export { sequenceClassification } from './tasks/sequence-classification.js';
export { questionAnswering } from './tasks/question-answering.js';
export type { SequenceTask } from './tasks/sequence-task.js';
export type { TargetArrays } from './tasks/target-arrays.js';
export { isTokenInput } from './tasks/task.js';
export type { Answer, EntityAnswer, PreparedText, PrepareOptions, Task, TaskName, TextInput, TokenInput } from './tasks/task.js';
export { distillationLoss, taskLoss } from './tasks/task-losses.js';
export { tokenClassification } from './tasks/token-classification.js';
export type { TokenTask } from './tasks/token-classification.js';
export { decodeTrainerState, encodeTrainerState } from './trainer-checkpoint.js';
export { measureSpeed } from './measure-speed.js';
export type { MeasureSpeedOptions, SpeedMeasurement } from './measure-speed.js';
export { quantile } from './quantile.js';

export { parseConll, readConll } from './datasets/conll.js';
export type { ConllColumns, TaggedSentence } from './datasets/conll.js';
export { parseSquad, readSquad } from './datasets/squad.js';
export type { Question, SquadAnswer } from './datasets/squad.js';
export { encodeTextWords, encodeWords } from './encode-words.js';
export type { TextWords, WordEncoding } from './encode-words.js';
export { entitiesOf, entityScores } from './metrics/entities.js';
export type { Entity, EntityScores } from './metrics/entities.js';
export { answerF1, exactMatch, normalizeAnswer } from './metrics/squad.js';
export { answerTokens, bestAnswers, questionWindows } from './question-windows.js';
export type { BestAnswersOptions, QuestionWindow, SpanAnswer, WindowOptions } from './question-windows.js';
