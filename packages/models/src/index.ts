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
