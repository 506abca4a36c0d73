import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** An odd model folder, and what is right about it: see fixtures/cases/models/README.md. */
export interface ModelCase {
  readonly name: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly weights?: string;
  readonly tensor?: RawTensor;
  readonly prefix?: string;
  readonly vocabulary?: readonly string[];
  readonly pointer?: string;
  readonly logits?: readonly number[];
  readonly labels?: readonly string[];
  readonly error?: string;
  readonly notes?: readonly string[];
}

/** A tensor as its bytes. */
interface RawTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: readonly number[];
}

const folder = join(__dirname, '../../fixtures/cases/models');
const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, name)));
const json = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));

/** The text that the logits of the cases belong to. */
export const caseText = 'the phone is great';

export const modelCases = json('cases.json') as readonly ModelCase[];

/** What Git leaves in the place of a file that Git LFS has not fetched. */
export const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:4a4be9b2ab15d7bb1ef6d2ac44a2b3d8f3f1d3c8d0a3b6d1b0a3a9d3fd2f0e11\nsize 437955512\n';

/** The tensors of a safetensors file, changed as a case says, as a file again. No reader of ours takes part. */
export const editSafetensors = (bytes: Uint8Array, { tensor, prefix = '' }: { readonly tensor?: RawTensor | undefined; readonly prefix?: string | undefined }): Uint8Array => {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const { __metadata__: _, ...header } = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>;
  const own = Object.entries(header).map(([name, { dtype, shape, data_offsets: [start, end] }]) => ({ name: `${prefix}${name}`, dtype, shape, bytes: bytes.subarray(8 + length + start, 8 + length + end) }));
  const tensors = [...own.filter(({ name }) => name !== tensor?.name), ...(tensor ? [{ ...tensor, bytes: Uint8Array.from(tensor.bytes) }] : [])];
  let end = 0;
  const entries = tensors.map(({ name, dtype, shape, bytes: { length: size } }) => [name, { dtype, shape, data_offsets: [end, (end += size)] }]);
  const text = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  return Uint8Array.from(Buffer.concat([Buffer.from(BigUint64Array.of(BigInt(text.length)).buffer), text, ...tensors.map((made) => made.bytes)]));
};

const editConfig = (changes: ModelCase['config'] = {}): string =>
  JSON.stringify(Object.fromEntries(Object.entries({ ...(json('config.json') as object), ...changes }).filter(([, value]) => value !== null)));

/** The files of a case. */
export const caseFiles = ({ config, weights, tensor, prefix, vocabulary = [], pointer: replaced }: ModelCase): Record<string, Uint8Array | string> => {
  const files: Record<string, Uint8Array | string> = {
    'config.json': editConfig(config),
    'vocab.txt': `${new TextDecoder().decode(fixture('vocab.txt')).trimEnd()}\n${vocabulary.map((token) => `${token}\n`).join('')}`,
    'tokenizer_config.json': fixture('tokenizer_config.json'),
  };
  if (weights !== undefined) files['pytorch_model.bin'] = fixture(weights);
  else if (replaced !== 'pytorch_model.bin') files['model.safetensors'] = editSafetensors(fixture('model.safetensors'), { tensor, prefix });
  if (replaced !== undefined) files[replaced] = pointer;
  return files;
};
