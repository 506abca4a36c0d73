export { ModelError } from './errors.js';
export type { ModelErrorCode } from './errors.js';

export { directorySource } from './directory-source.js';
export type { DirectorySourceOptions } from './directory-source.js';
export type { DownloadProgress } from './download.js';
export type { FileSource } from './files.js';
export { npmSource } from './npm-source.js';
export type { NpmSourceOptions } from './npm-source.js';
export { openSource } from './open-source.js';
export type { OpenSourceOptions } from './open-source.js';
export { hubSource, urlSource } from './url-source.js';
export type { UrlSourceOptions } from './url-source.js';
export { writeFile } from './write-file.js';

export { formatLengthAdaptiveFile, lengthAdaptiveFileName, validateLengthAdaptiveFile } from './length-adaptive-file.js';
export type { LengthAdaptiveFile, ParetoPoint, SearchRecord } from './length-adaptive-file.js';
export { readModelDirectory, writeModelDirectory } from './model-directory.js';
export type { ModelDirectory, ReadModelDirectoryOptions, TokenizerFileName, TokenizerFiles, WriteModelDirectoryOptions } from './model-directory.js';
export { readSafetensors } from './safetensors.js';
export type { Safetensors, SafetensorsDtype, TensorData } from './safetensors.js';
export { writeSafetensors } from './write-safetensors.js';
export type { FloatDtype, WriteSafetensorsOptions } from './write-safetensors.js';

export { createTokenizer } from './tokenizer.js';
export type { EncodeOptions, Encoding, Tokenizer } from './tokenizer.js';
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

export { trainingBatches, tokenBatches } from './batching.js';
export type { LabelledInput } from './batching.js';
export { pointForBudget } from './budget.js';
export type { Budget, LatencyOf } from './budget.js';
export { encodeExamples, labelsOf } from './encode-examples.js';
export type { EncodeExamplesOptions } from './encode-examples.js';
export { evaluate, predictLogits } from './evaluate.js';
export type { EvaluateOptions, PredictLogitsOptions, ScoreName } from './evaluate.js';
export { fineTune } from './fine-tune.js';
export type { FineTuneData, FineTuneOptions } from './fine-tune.js';
export { calibrateLatency } from './latency-model.js';
export type { LatencyModel } from './latency-model.js';
export { lengthSearchProblem, macsShare, searchLengths } from './length-search.js';
export type { LengthObjective, LengthSearchOptions, LengthSearchResult } from './length-search.js';
export type { ModelConfig } from './model-config.js';
export { openModel, saveModel } from './model-files.js';
export type { OpenModelOptions, TextModel } from './model-files.js';
export { createPredictor, load } from './predictor.js';
export type { Inspection, Prediction, PredictOptions, Predictor, TextInput } from './predictor.js';
export { createSequenceModel } from './sequence-model.js';
export type { CreateModelOptions, RunOptions, SequenceModel } from './sequence-model.js';
export { regression } from './tasks/regression.js';
export { sequenceClassification } from './tasks/sequence-classification.js';
export type { Answer, SequenceTask } from './tasks/task.js';
export { decodeTrainerState, encodeTrainerState } from './trainer-checkpoint.js';
export { measureSpeed } from './measure-speed.js';
export type { MeasureSpeedOptions, SpeedMeasurement } from './measure-speed.js';
