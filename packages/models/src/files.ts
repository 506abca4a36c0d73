/** The files of a model, as the sub-path `@length-adaptive/models/files`: where they come from, weights and model directories, without TensorFlow.js. */
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
export { isWeightsFile } from './sources/weights-file.js';
export { hubSource, urlSource } from './sources/url-source.js';
export type { UrlSourceOptions } from './sources/url-source.js';
export { writeFile } from './sources/write-file.js';
export { writeFolder } from './sources/write-folder.js';
export type { StaleFile, WriteFolderOptions } from './sources/write-folder.js';

export { float32ToFloat16 } from './weights/half-float.js';
export { readPyTorch } from './weights/pytorch/read-pytorch.js';
export { hasWeights } from './weights/read-weights.js';
export { describeUnread, readSafetensors } from './weights/safetensors.js';
export type {
  ReadTensorsOptions,
  Safetensors,
  SafetensorsDtype,
  TensorData,
  UnreadTensor,
} from './weights/safetensors.js';
export { writeSafetensors } from './weights/write-safetensors.js';
export type { FloatDtype, WriteSafetensorsOptions } from './weights/write-safetensors.js';

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
export { withLowRank } from './folder/with-low-rank.js';
export type { LowRankRecord, RankedModel } from './folder/low-rank.js';
export { sentenceTransformersFiles } from './folder/sentence-transformers.js';
export { staleRecords } from './folder/stale-files.js';
export { findAdapter, readModelDirectory, readModelFiles, writeModelDirectory } from './folder/model-directory.js';
export type {
  ModelDirectory,
  ModelFiles,
  ReadModelDirectoryOptions,
  ReadModelFilesOptions,
  WeightDtype,
  WriteModelDirectoryOptions,
} from './folder/model-directory.js';
export type { TokenizerFileName, TokenizerFiles } from './tokenizer/tokenizer-files.js';
export type { ModelConfig } from './architectures/model-config.js';
