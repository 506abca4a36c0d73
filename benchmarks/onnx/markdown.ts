/** The tables of benchmarks/README.md, from the rows of a run: printed at its end, to be pasted. */
import type { Row } from '../harness.js';

const markdown = (header: readonly string[], lines: readonly (readonly string[])[]): string =>
  [header, header.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const cells = ['b1.s128', 'b1.s384', 'b8.s128', 'b8.s384'] as const;
const levels = ['full', '0.5x', '0.3x'] as const;
const labels: Readonly<Record<string, string>> = {
  minilm: 'all-MiniLM-L6-v2',
  'gte-small': 'gte-small',
  t1: '1',
  t2: '2',
};
const label = (part = ''): string => labels[part] ?? part;

/** A line for each model, precision and thread count. */
const cellTable = (values: ReadonlyMap<string, number>, prefix: string, digits: number): string => {
  const found = [...values.keys()].flatMap((id) => (id.startsWith(prefix) ? [id.slice(prefix.length).split('.')] : []));
  const kinds = [
    ...new Set(
      found.flatMap(([slug, precision, batch, , threads]) =>
        batch && threads ? [`${slug}.${precision}.${threads}`] : [],
      ),
    ),
  ];
  return markdown(
    ['model', 'precision', 'threads', '1 x 128', '1 x 384', '8 x 128', '8 x 384'],
    kinds.map((kind) => {
      const [slug, precision = '', threads] = kind.split('.');
      return [
        label(slug),
        precision,
        label(threads),
        ...cells.map((cell) => values.get(`${prefix}${slug}.${precision}.${cell}.${threads}`)?.toFixed(digits) ?? ''),
      ];
    }),
  );
};

const pairNames: Readonly<Record<string, string>> = {
  'onnx.vs_transformersjs.fp32': 'fp32 / fp32',
  'onnx.vs_transformersjs.int8': 'int8 / int8',
  'onnx.int8_vs_transformersjs_fp32': 'int8 / fp32',
};

/** A line for each pair, model, set of texts and thread count: throughput, and accuracy beside it. */
const textTable = (values: ReadonlyMap<string, number>): string => {
  const lines = Object.entries(pairNames).flatMap(([pair, name]) => {
    const kinds = [...values.keys()].flatMap((id) =>
      id.startsWith(`${pair}.full.`) ? [id.slice(`${pair}.full.`.length)] : [],
    );
    return kinds.map((kind) => {
      const [slug, set = '', threads] = kind.split('.');
      const precision = name.slice(0, 4);
      const figures = levels.map((level) => {
        const accuracy = values.get(`onnx.accuracy.${precision}.${level}.${slug}.${set}`);
        const share = accuracy === undefined ? '' : ` (${(100 * accuracy).toFixed(0)} %)`;
        return `${values.get(`${pair}.${level}.${kind}`)?.toFixed(2) ?? ''}x${share}`;
      });
      return [label(slug), set, name, label(threads), ...figures];
    });
  });
  return markdown(['model', 'texts', 'ours / theirs', 'threads', 'full length', '0.5x MACs', '0.3x MACs'], lines);
};

/** Three tables. */
export const markdownTables = (rows: readonly Row[]): string => {
  const values = new Map(rows.map(({ id, value }) => [id, value]));
  return [
    `Our time at full length as a share of the independent export's (batch x tokens):\n\n${cellTable(values, 'onnx.full.ratio.', 2)}`,
    `Gain in time as a share of the gain in MACs, at about half the MACs (batch x tokens):\n\n${cellTable(values, 'onnx.eff.', 2)}`,
    `Throughput against transformers.js, and the accuracy of our embeddings:\n\n${textTable(values)}`,
  ].join('\n\n');
};
