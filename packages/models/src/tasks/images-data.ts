import { locate } from '../datasets/columns.js';
import { parseJsonl } from '../datasets/jsonl.js';
import { dataFormatOf } from '../datasets/data-format.js';
import { parseCsv } from '../datasets/csv.js';
import type { Table } from '../datasets/dataset.js';
import type { ReadExamplesOptions } from '../datasets/read-examples.js';
import { isPlain } from '../datasets/plain-value.js';
import { ModelError } from '../errors.js';
import { isRawImage } from '../images/image-input.js';
import type { DataKind } from './data-kind.js';
import type { ImageExample } from './image-example.js';

const imageColumns = ['image', 'file_name', 'path', 'file'];
const labelColumns = ['label', 'labels', 'class', 'category'];

interface Columns {
  readonly image: number;
  readonly label: number;
}

const columnsOf = (
  names: readonly string[],
  name: string,
  { textColumn, labelColumn }: Pick<ReadExamplesOptions, 'textColumn' | 'labelColumn'>,
): Columns => {
  const lower = names.map((column) => column.trim().toLowerCase());
  const find = (given: string | number | undefined, known: readonly string[]): number =>
    given === undefined ? lower.findIndex((column) => known.includes(column)) : locate(given, names, true, name);
  const image = find(textColumn, imageColumns);
  if (image >= 0) return { image, label: find(labelColumn, labelColumns) };
  throw new ModelError(
    'DATA_INVALID',
    `${name}: which column names the image? It has: ${names.join(', ')}. Call it ${imageColumns.join(', ')}, or name it with the option textColumn.`,
  );
};

const rowsOf = (text: string, name: string): Pick<Table, 'columns' | 'rows'> => {
  if (dataFormatOf(name) !== 'csv') return parseJsonl(text, name);
  const [header, ...rows] = parseCsv(text, name);
  return { columns: (header?.values ?? []).map(String), rows };
};

/** Images with labels: JSON lines or CSV that name a file and its label, one a line; folders are read by `readImageFolder`. */
export const imagesData: DataKind<ImageExample> = {
  name: 'images',
  holds: 'images with labels (a folder of a folder a label, or JSON lines {"image": "cats/1.jpg", "label": "cat"})',
  columns: ['textColumn', 'labelColumn'],
  fits: (name, text) => dataFormatOf(name) === 'jsonl' && /^\ufeff?\s*\{[^}\n]*"(image|file_name)"\s*:/.test(text),
  parse: (text, name, options) => {
    const { columns, rows } = rowsOf(text, name);
    const at = columnsOf(columns, name, options);
    return rows.map(({ line, values }) => {
      const image = values[at.image];
      if (typeof image !== 'string' || image.trim() === '')
        throw new ModelError(
          'DATA_INVALID',
          `${name}, line ${line}: column "${columns[at.image]}" is ${JSON.stringify(image)}; expected the path of an image.`,
        );
      const label = values[at.label];
      return {
        image,
        id: image,
        ...(isPlain(label) && label !== '' && { label: String(label) }),
      };
    });
  },
  fromFolder: async (folder) => (await import('../images/image-folder.js')).readImageFolder(folder),
  complete: async (examples, folder) => (await import('./read-image-examples.js')).readImageExamples(examples, folder),
  texts: () => [],
  renamed: (examples, nameOf) =>
    examples.map((example) => (example.label === undefined ? example : { ...example, label: nameOf(example.label) })),
  lacksLabels: (examples) => examples.some(({ label }) => label === undefined),
  inputs: (tokenizer, examples) =>
    examples.map(({ image, id }) => {
      const { images } = tokenizer;
      if (images && isRawImage(image)) {
        const { ids, pixels } = images.read(image);
        return { ids, pixels };
      }
      throw new ModelError(
        'DATA_INVALID',
        `The image ${id ?? ''} has not been read yet, or the model reads no images; read its file first (readImageExamples).`,
      );
    }),
};
