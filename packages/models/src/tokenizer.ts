/** Text to tokens and back, as the sub-path `@length-adaptive/models/tokenizer`, without TensorFlow.js. */
export { ModelError } from './errors.js';
export type { ModelErrorCode, NearestPoint } from './errors.js';
export { encodeTextWords, encodeWords } from './tokenizer/encode-words.js';
export type { TextWords, WordEncoding } from './tokenizer/encode-words.js';
export { answerTokens, questionWindows } from './tokenizer/question-windows.js';
export type { QuestionWindow, WindowOptions } from './tokenizer/question-windows.js';
export { createTokenizer } from './tokenizer/tokenizer.js';
export type { ImageEncoding, ImageReader } from './images/image-reader.js';
export { createImageReader } from './tokenizer/image-tokenizer.js';
export type { RawImage } from './images/raw-image.js';
export type { EncodeOptions, Encoding, Tokenizer } from './tokenizer/tokenizer.js';
export { modernTokenizerFiles } from './tokenizer/tokenizer-json.js';
export type { TokenizerSources } from './tokenizer/tokenizer-json.js';
