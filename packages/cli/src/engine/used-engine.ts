import type { Precision } from '@length-adaptive/onnx';
import type { BackendName } from './backend.js';

/** What a model runs on. */
export interface UsedEngine {
  readonly engine: 'onnx' | 'tfjs';
  readonly precision: Precision;
  /** Of tfjs. */
  readonly backend?: BackendName;
}

/** `onnx, int8` or `tfjs, wasm`. */
export const describeEngine = ({ engine, precision, backend }: UsedEngine): string =>
  `${engine}, ${backend ?? precision}`;
