/** A file of vectors in the making: rows of float32 numbers, from which a run that was stopped goes on. */
import { createReadStream, createWriteStream } from 'node:fs';
import { open, readFile, rename, rm, stat, truncate } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { ModelError, writeFile } from '@length-adaptive/models';
import { CliError, messageOf } from '../context/errors.js';

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
  /**
   * Makes the file of what was written; nothing can be written afterwards.
   *
   * @param line what a row is as a line of text. Default: the file holds numbers
   */
  finish(line?: (row: number, vector: readonly number[]) => string): Promise<void>;
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
const rowsOf = async function* (path: string, width: number): AsyncGenerator<number[]> {
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

/** What is done with files beside a path. @throws ModelError `NOT_WRITABLE` */
const writing = async <Result>(path: string, work: () => Promise<Result>): Promise<Result> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ModelError) throw error;
    throw new ModelError(
      'NOT_WRITABLE',
      `${path} cannot be written: ${messageOf(error)}. What was made is kept in ${path}.part; make room, or choose another place, and go on with --resume.`,
      { cause: error },
    );
  }
};

/** Rows as lines of text. */
const linesOf = async function* (
  path: string,
  width: number,
  line: (row: number, vector: readonly number[]) => string,
): AsyncGenerator<string> {
  let row = 0;
  for await (const vector of rowsOf(path, width)) {
    yield `${line(row, vector)}\n`;
    row += 1;
  }
};

const npyOf = async function* (path: string, rows: number, width: number): AsyncGenerator<Buffer> {
  yield npyHeader(rows, width);
  for await (const chunk of createReadStream(path)) yield chunk as Buffer;
};

const checkPlace = async (path: string): Promise<void> => {
  const isFolder = await stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  if (isFolder) throw new CliError('USAGE', `--out is ${path}, a folder; give the name of a file.`);
};

/**
 * Begins or goes on with a file of vectors; makes the folders it needs. It appears under its name when it is finished: a `.npy`, raw rows, or lines of text.
 * Until then all that was written stands beside it.
 *
 * @throws CliError `INPUT_INVALID` where the rows that are there are of another identity, `USAGE` for a folder; ModelError `NOT_WRITABLE`
 */
export const openVectorFile = async (
  path: string,
  { identity, width, resume }: { readonly identity: VectorIdentity; readonly width: number; readonly resume: boolean },
): Promise<VectorFile> => {
  await checkPlace(path);
  const [part, temporary] = [`${path}.part`, `${path}.tmp`];
  const rows = resume ? await earlierRows(part, identity, width) : 0;
  const handle = await writing(path, async () => {
    if (rows === 0) await writeFile(part, '');
    else await truncate(part, 4 * width * rows);
    await writeFile(`${part}.json`, JSON.stringify(identity));
    return open(part, 'r+');
  });
  let written = rows;
  return {
    rows,
    empty: await emptyRows(part, width),
    write: (row, vectors) =>
      writing(path, async () => {
        await writeAt(handle, bytesOf(vectors), 4 * width * row);
        written = Math.max(written, row + vectors.length);
      }),
    finish: (line) =>
      writing(path, async () => {
        await handle.close();
        const made = line
          ? linesOf(part, width, line)
          : path.endsWith('.npy')
            ? npyOf(part, written, width)
            : undefined;
        if (made) {
          await pipeline(made, createWriteStream(temporary)).catch(async (error: unknown) => {
            await rm(temporary, { force: true });
            throw error;
          });
          await rename(temporary, path);
          await rm(part);
        } else await rename(part, path);
        await rm(`${part}.json`);
      }),
    close: () => handle.close(),
  };
};
