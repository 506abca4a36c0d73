/** A file of vectors in the making: rows of float32 numbers, from which a run that was stopped goes on. */
import { createReadStream, createWriteStream } from 'node:fs';
import { open, readFile, rename, rm, stat, truncate } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { writeFile } from '@length-adaptive/models';
import { CliError } from '../context/errors.js';

/** What vectors are made by: two runs whose this is equal make the same rows. */
export type VectorIdentity = Readonly<Record<string, unknown>>;

/** Rows that are being written. */
export interface VectorFile {
  /** Rows that were there already. */
  readonly rows: number;
  /** Those of them that hold zeros only: what had no vector. */
  readonly empty: readonly number[];
  /** Writes vectors from a row on. */
  write(row: number, vectors: readonly Float32Array[]): Promise<void>;
  /** Makes the file of what was written; nothing can be written afterwards. */
  finish(): Promise<void>;
  /** Leaves what was written for another run. */
  close(): Promise<void>;
}

const bytesOf = (vectors: readonly Float32Array[]): Buffer => {
  const size = vectors[0]?.length ?? 0;
  const bytes = Buffer.alloc(4 * size * vectors.length);
  vectors.forEach((vector, row) => vector.forEach((value, i) => bytes.writeFloatLE(value, 4 * (row * size + i))));
  return bytes;
};

/** Rows of a file of float32 numbers. */
export const rowsOf = async function* (path: string, width: number): AsyncGenerator<number[]> {
  let rest: Buffer = Buffer.alloc(0);
  const size = 4 * width;
  for await (const chunk of createReadStream(path)) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    for (; rest.length >= size; rest = rest.subarray(size))
      yield Array.from({ length: width }, (_, i) => rest.readFloatLE(4 * i));
  }
};

/** The header of a .npy file of little-endian float32 numbers, padded to 64 bytes as NumPy does. */
const npyHeader = (rows: number, width: number): Buffer => {
  const fields = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${width}), }`;
  const length = Math.ceil((10 + fields.length + 1) / 64) * 64 - 10;
  const head = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, length & 0xff, length >> 8]);
  return Buffer.concat([head, Buffer.from(`${fields.padEnd(length - 1)}\n`, 'latin1')]);
};

/** Rows of an earlier run that can be gone on from; 0 where there are none. @throws CliError `INPUT_INVALID` for those of other texts or settings */
const earlierRows = async (part: string, identity: VectorIdentity, width: number): Promise<number> => {
  const recorded = await readFile(`${part}.json`, 'utf8').catch(() => undefined);
  if (recorded === undefined) return 0;
  if (recorded !== JSON.stringify(identity))
    throw new CliError(
      'INPUT_INVALID',
      `${part} holds vectors of another identity: ${recorded}, and these are ${JSON.stringify(identity)}. Run with the same texts and settings, or without --resume to begin anew.`,
    );
  const { size } = await stat(part).catch(() => ({ size: 0 }));
  return Math.floor(size / (4 * width));
};

const emptyRows = async (path: string, width: number): Promise<number[]> => {
  const empty: number[] = [];
  let row = 0;
  for await (const vector of rowsOf(path, width)) {
    if (vector.every((value) => value === 0)) empty.push(row);
    row += 1;
  }
  return empty;
};

const writeAt = async (handle: FileHandle, bytes: Buffer, position: number): Promise<void> => {
  let done = 0;
  while (done < bytes.length)
    done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
};

/**
 * Begins or goes on with a file of vectors. It appears under its name when it is finished: a `.npy`, or raw rows.
 *
 * @throws CliError `INPUT_INVALID` where the rows that are there are of another identity
 */
export const openVectorFile = async (
  path: string,
  { identity, width, resume }: { readonly identity: VectorIdentity; readonly width: number; readonly resume: boolean },
): Promise<VectorFile> => {
  const part = `${path}.part`;
  const rows = resume ? await earlierRows(part, identity, width) : 0;
  if (rows === 0) await writeFile(part, '');
  else await truncate(part, 4 * width * rows);
  await writeFile(`${part}.json`, JSON.stringify(identity));
  const empty = await emptyRows(part, width);
  const handle = await open(part, 'r+');
  let written = rows;
  return {
    rows,
    empty,
    write: async (row, vectors) => {
      await writeAt(handle, bytesOf(vectors), 4 * width * row);
      written = Math.max(written, row + vectors.length);
    },
    finish: async () => {
      await handle.close();
      if (path.endsWith('.npy')) {
        const whole = createWriteStream(`${path}.tmp`);
        whole.write(npyHeader(written, width));
        await pipeline(createReadStream(part), whole);
        await rename(`${path}.tmp`, path);
        await rm(part);
      } else await rename(part, path);
      await rm(`${part}.json`);
    },
    close: () => handle.close(),
  };
};
