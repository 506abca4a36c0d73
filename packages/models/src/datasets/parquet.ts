import { ModelError, messageOf } from '../errors.js';
import { isRecord } from '../sources/json-record.js';

/** Whether a file is Parquet, by its first bytes. */
export const isParquet = (bytes: Uint8Array): boolean =>
  bytes.length > 4 && String.fromCharCode(...bytes.subarray(0, 4)) === 'PAR1';

/** The names of classes, where a column holds their numbers, as the Python library `datasets` notes them: of the column itself, or of the lists in it. */
const classNames = (feature: unknown): readonly string[] | undefined => {
  if (!isRecord(feature)) return undefined;
  const { _type: type, names, feature: inner } = feature;
  return type === 'ClassLabel' && Array.isArray(names) ? names.map(String) : classNames(inner);
};

/** The names of the classes of each column that has some. */
const namesByColumn = (
  notes: readonly { readonly key: string; readonly value?: string | undefined }[],
): ReadonlyMap<string, readonly string[]> => {
  const note = notes.find(({ key }) => key === 'huggingface')?.value;
  const { info } = (note === undefined ? {} : JSON.parse(note)) as { readonly info?: unknown };
  const features = isRecord(info) && isRecord(info['features']) ? info['features'] : {};
  return new Map(
    Object.entries(features).flatMap(([column, feature]) => {
      const names = classNames(feature);
      return names ? [[column, names] as const] : [];
    }),
  );
};

/** A value as JSON holds it; whole numbers beyond 2^53 as text, bytes (pictures, sounds) as nothing. */
const plain = (value: unknown): unknown => {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Uint8Array) return null;
  if (Array.isArray(value)) return value.map(plain);
  if (!isRecord(value) || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
};

/** Numbers of classes as their names; -1 says that there is none. */
const named = (value: unknown, names: readonly string[]): unknown => {
  if (Array.isArray(value)) return value.map((inner) => named(inner, names));
  if (typeof value !== 'number') return value;
  return value === -1 ? null : (names[value] ?? value);
};

/**
 * The rows of a Parquet file as JSON lines, packed in any of its ways. Numbers of classes that the Python library `datasets` wrote become the names that
 * it notes for them.
 *
 * @param name what messages call it
 * @throws ModelError `DATA_INVALID` for a file that cannot be read
 */
export const parquetLines = async (bytes: Uint8Array, name: string): Promise<string> => {
  const { parquetMetadata, parquetReadObjects } = await import('hyparquet');
  const { compressors } = await import('hyparquet-compressors');
  try {
    const file = bytes.slice().buffer;
    const metadata = parquetMetadata(file);
    const names = namesByColumn(metadata.key_value_metadata ?? []);
    const rows = await parquetReadObjects({ file, metadata, compressors });
    return rows
      .map((row) => {
        const fields = Object.entries(row).map(([column, value]) => {
          const classes = names.get(column);
          return [column, classes ? named(plain(value), classes) : plain(value)];
        });
        return `${JSON.stringify(Object.fromEntries(fields))}\n`;
      })
      .join('');
  } catch (error) {
    throw new ModelError(
      'DATA_INVALID',
      `${name} begins as Parquet and cannot be read: ${messageOf(error)}. Fetch it again.`,
      { cause: error },
    );
  }
};
