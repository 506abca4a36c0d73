import { ModelError } from '../errors.js';
import { float32ToBfloat16, float32ToFloat16 } from './half-float.js';
import { bytesPerElement } from './safetensors.js';
import type { SafetensorsDtype, TensorData } from './safetensors.js';

/** The element types floating-point tensors can be written in. */
export type FloatDtype = 'F32' | 'F16' | 'BF16';

/** How to write safetensors. */
export interface WriteSafetensorsOptions {
  /** Element type of floating-point tensors. Default `'F32'`. Integers keep their own. */
  readonly dtype?: FloatDtype;
  /** Free text stored in the header. Default none. */
  readonly metadata?: Readonly<Record<string, string>>;
}

const writtenDtype = ({ data, dtype }: TensorData, float: FloatDtype): SafetensorsDtype => {
  if (data instanceof Float32Array) return float;
  return dtype === 'I64' || dtype === 'I8' || dtype === 'U8' || dtype === 'BOOL' ? dtype : 'I32';
};

const encode = (name: string, data: Float32Array | Int32Array, dtype: SafetensorsDtype): ArrayBufferView => {
  if (data instanceof Float32Array) {
    if (dtype === 'BF16') return float32ToBfloat16(data);
    if (dtype !== 'F16') return data;
    const overflow = data.find((value) => Math.abs(value) >= 65_520 && Math.abs(value) !== Infinity);
    if (overflow === undefined) return float32ToFloat16(data);
    throw new ModelError(
      'SAFETENSORS_INVALID',
      `Tensor "${name}" holds ${overflow}, beyond half precision (65,504). Write F32 or BF16.`,
    );
  }
  if (dtype === 'I64') return BigInt64Array.from(data, BigInt);
  if (dtype === 'I8') return new Int8Array(data);
  return dtype === 'I32' ? data : Uint8Array.from(data);
};

/**
 * Writes tensors as a safetensors file. The same tensors always give the same bytes, whatever order they came in:
 * wider element types first, then by name, as the reference writer does.
 *
 * @throws ModelError `SHAPE_MISMATCH` when a shape does not fit its data, `SAFETENSORS_INVALID` when a value does not fit `dtype`
 * @example
 * const bytes = writeSafetensors(new Map([['bias', { shape: [2], data: Float32Array.of(0, 1), dtype: 'F32' }]]));
 */
export const writeSafetensors = (
  tensors: ReadonlyMap<string, TensorData>,
  { dtype: float = 'F32', metadata = {} }: WriteSafetensorsOptions = {},
): Uint8Array => {
  const order = [...tensors]
    .map(([name, tensor]) => ({ name, tensor, dtype: writtenDtype(tensor, float) }))
    .sort((a, b) => bytesPerElement[b.dtype] - bytesPerElement[a.dtype] || (a.name < b.name ? -1 : 1));
  const entries: string[] = [];
  const chunks: Uint8Array[] = [];
  const notes = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  if (notes.length > 0) entries.push(`"__metadata__":${JSON.stringify(Object.fromEntries(notes))}`);
  let position = 0;
  for (const { name, tensor, dtype } of order) {
    const size = tensor.shape.reduce((product, dimension) => product * dimension, 1);
    if (size !== tensor.data.length) {
      throw new ModelError(
        'SHAPE_MISMATCH',
        `Tensor "${name}" has ${tensor.data.length} values for shape [${tensor.shape.join(', ')}] (${size}).`,
      );
    }
    const view = encode(name, tensor.data, dtype);
    const end = position + view.byteLength;
    entries.push(
      `${JSON.stringify(name)}:${JSON.stringify({ dtype, shape: tensor.shape, data_offsets: [position, end] })}`,
    );
    chunks.push(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
    position = end;
  }
  const text = new TextEncoder().encode(`{${entries.join(',')}}`);
  const headerBytes = Math.ceil(text.length / 8) * 8;
  const out = new Uint8Array(8 + headerBytes + position);
  new DataView(out.buffer).setBigUint64(0, BigInt(headerBytes), true);
  out.set(text, 8);
  out.fill(0x20, 8 + text.length, 8 + headerBytes);
  let at = 8 + headerBytes;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
};
