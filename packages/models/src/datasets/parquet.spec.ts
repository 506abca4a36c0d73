import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { ColumnSource } from 'hyparquet-writer';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { decodeDataFile } from './open-text.js';
import { readExamples } from './read-examples.js';

const folder = temporaryFolder();
const features = {
  text: { dtype: 'string', _type: 'Value' },
  label: { names: ['bad', 'good'], _type: 'ClassLabel' },
  tags: { feature: { names: ['O', 'B-x'], _type: 'ClassLabel' }, _type: 'Sequence' },
};
/** As the Python library `datasets` notes what columns hold. */
const kvMetadata = [{ key: 'huggingface', value: JSON.stringify({ info: { features } }) }];
const columns: ColumnSource[] = [
  { name: 'text', data: ['great', 'poor ü 😀', 'fine'], type: 'STRING' },
  { name: 'label', data: [1n, 0n, -1n], type: 'INT64' },
];
const bytesOf = (...given: Parameters<typeof parquetWriteBuffer>): Uint8Array =>
  new Uint8Array(parquetWriteBuffer(...given));

test.each(['SNAPPY', 'UNCOMPRESSED'] as const)(
  'a file of the Python library datasets, %s: classes by name',
  async (codec) => {
    const path = join(folder, `${codec}.parquet`);
    writeFileSync(path, bytesOf({ columnData: columns, kvMetadata, codec }));
    expect(await readExamples(path)).toEqual([
      { text: 'great', label: 'good' },
      { text: 'poor ü 😀', label: 'bad' },
      { text: 'fine' },
    ]);
  },
);

test('a file of anybody else: numbers as they are, whatever its name, also packed with gzip', async () => {
  const bytes = bytesOf({
    columnData: [
      { name: 'sentence', data: ['great', 'poor'], type: 'STRING' },
      { name: 'label', data: [3, 1], type: 'INT32' },
    ],
  });
  for (const [name, file] of [
    ['plain.parquet', bytes],
    ['packed.parquet.gz', gzipSync(bytes)],
  ] as const) {
    writeFileSync(join(folder, name), file);
    expect(await readExamples(join(folder, name))).toEqual([
      { text: 'great', label: '3' },
      { text: 'poor', label: '1' },
    ]);
  }
});

test('whole numbers that JSON cannot hold come as text, classes in lists by name', async () => {
  const text = await decodeDataFile(
    bytesOf({
      columnData: [
        { name: 'id', data: [2n ** 60n, 7n], type: 'INT64' },
        { name: 'tags', data: [[0, 1], [-1]], type: 'JSON' },
      ],
      kvMetadata,
    }),
    'x',
  );
  expect(
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual([
    { id: String(2n ** 60n), tags: ['O', 'B-x'] },
    { id: 7, tags: [null] },
  ]);
});

test('any texts and labels come back', async () => {
  const row = fc.record({ text: fc.string({ unit: 'grapheme', minLength: 1 }), label: fc.integer({ min: 0, max: 1 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 30 }), async (rows) => {
      const bytes = bytesOf({
        columnData: [
          { name: 'text', data: rows.map(({ text }) => text), type: 'STRING' },
          { name: 'label', data: rows.map(({ label }) => label), type: 'INT32' },
        ],
        kvMetadata,
      });
      const lines = (await decodeDataFile(bytes, 'x.parquet')).split('\n').slice(0, -1);
      expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
        rows.map(({ text, label }) => ({ text, label: label === 1 ? 'good' : 'bad' })),
      );
    }),
    { numRuns: 40 },
  );
});

test('a file that is cut says so, and which', async () => {
  const path = join(folder, 'cut.parquet');
  writeFileSync(path, bytesOf({ columnData: columns }).subarray(0, 60));
  await expect(readExamples(path)).rejects.toMatchObject({
    code: 'DATA_INVALID',
    message: expect.stringMatching(/cut\.parquet begins as Parquet and cannot be read/),
  });
});
