import { directorySource } from '../sources/directory-source.js';
import { ModelError, messageOf } from '../errors.js';
import { checkNotPointer } from '../sources/git-lfs.js';
import { nodeModule } from '../sources/node.js';
import { isParquet, parquetLines } from './parquet.js';
import { decodeByMark } from './text-encoding.js';

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

const gunzip = async (bytes: Uint8Array, name: string): Promise<Uint8Array> => {
  try {
    const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (error) {
    throw new ModelError(
      'DATA_INVALID',
      `${name} begins as gzip and cannot be unpacked: ${messageOf(error)}. Fetch it again.`,
      { cause: error },
    );
  }
};

/**
 * The text of a data file: unpacked when it is gzip, as JSON lines when it is Parquet (by its first bytes, whatever its name), UTF-8, or UTF-16 with a byte order mark; the
 * mark goes.
 *
 * @throws ModelError `DATA_INVALID` when the gzip or the Parquet is damaged, `FILE_INVALID` when the text is in another encoding, or a pointer of Git LFS
 * stands in place of the file
 */
export const decodeDataFile = async (bytes: Uint8Array, name: string): Promise<string> => {
  const plain = isGzip(bytes) ? await gunzip(bytes, name) : bytes;
  if (isParquet(plain)) return parquetLines(plain, name);
  checkNotPointer(plain, name);
  return decodeByMark(plain, name);
};

/**
 * The text of a data file on this computer, plain or gzip. Node only.
 *
 * @throws ModelError `FILE_NOT_FOUND`, and as {@link decodeDataFile}
 */
export const openText = async (path: string): Promise<string> => {
  const { basename, dirname, resolve } = nodeModule('node:path');
  const full = resolve(path);
  return decodeDataFile(await directorySource(dirname(full)).read(basename(full)), path);
};
