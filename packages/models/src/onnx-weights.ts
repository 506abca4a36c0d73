/** Weights out of ONNX files, as the sub-path `@length-adaptive/models/onnx-weights`, without TensorFlow.js and without ONNX Runtime. */
export { findGraph } from './weights/onnx/graph-files.js';
export type { GraphOrigin } from './weights/onnx/graph-files.js';
export { readGraphWeights, readGraphWeightsBeside } from './weights/onnx/graph-weights.js';
export type { AddedVectors, FusedMaps, GraphWeights } from './weights/onnx/graph-weights.js';
