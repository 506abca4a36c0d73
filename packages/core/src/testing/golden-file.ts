import { readFileSync } from 'node:fs';
import path from 'node:path';

interface Header {
  readonly dtype: 'F32' | 'I32';
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

export interface GoldenTensor {
  readonly values: number[];
  readonly shape: readonly number[];
}

/** The tensors of a safetensors file of `fixtures`, by name. */
export const goldenFile = (file: string): ((name: string) => GoldenTensor) => {
  const bytes = readFileSync(path.join(__dirname, '../../fixtures', file));
  const headerSize = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + headerSize)) as Readonly<Record<string, Header>>;
  return (name) => {
    const found = header[name];
    if (!found) throw new Error(`there is no ${name}`);
    const [from, to] = found.data_offsets;
    const values: number[] = [];
    for (let at = 8 + headerSize + from; at < 8 + headerSize + to; at += 4)
      values.push(found.dtype === 'F32' ? bytes.readFloatLE(at) : bytes.readInt32LE(at));
    return { values, shape: found.shape };
  };
};
