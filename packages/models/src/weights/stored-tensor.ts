import type { SafetensorsDtype } from './safetensors.js';

/** A tensor whose numbers are still in its file: they are read when they are needed, and nobody keeps them. */
export interface StoredTensor {
  readonly shape: readonly number[];
  /** Element type in the file. */
  readonly dtype: SafetensorsDtype;
  /** Bytes it takes in the file. */
  readonly bytes: number;
  /** Fills an array with its bytes as they are in the file, from one of them on. Default: from the first. */
  readInto(bytes: Uint8Array, from?: number): Promise<void>;
  /** Bytes of it as numbers, in single precision: a view of them where it can be. */
  decode(bytes: Uint8Array): Float32Array;
}
