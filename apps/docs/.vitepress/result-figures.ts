import type { MarkdownRenderer } from 'vitepress';
import { formatValue, percent, times } from '../src/format.js';
import { macsOf, rowOf } from '../src/results.js';

/** A factor that a row's note tells. */
const noted = (id: string, pattern: RegExp): string => {
  const factor = pattern.exec(rowOf(id).note)?.[1];
  if (factor === undefined) throw new Error(`The note of ${id} does not say ${String(pattern)}.`);
  return times(Number(factor));
};

const formats: Readonly<Record<string, (id: string) => string>> = {
  value: (id) => formatValue(rowOf(id)),
  percent: (id) => percent(rowOf(id).value),
  times: (id) => times(rowOf(id).value),
  macs: (id) => times(macsOf(rowOf(id))),
  /** MACs saved, of a row that says so in its note. */
  fewer: (id) => noted(id, /([\d.]+)x fewer MACs/),
  /** Gain in time beside them. */
  faster: (id) => noted(id, /fewer MACs, ([\d.]+) \(/),
  megabytes: (id) => Math.round(rowOf(id).value / 1e6).toLocaleString('en-US'),
  whole: (id) => Math.round(rowOf(id).value).toLocaleString('en-US'),
};

const quoted = /@\[([\w.-]+)(?: (\w+))?\]/g;

/** Text with the figures it quotes: `@[imdb.full percent]` is that row of benchmarks/results, in percent. */
export const withFigures = (text: string): string =>
  text.replace(quoted, (_, id: string, format = 'value') => {
    const write = formats[format as string];
    if (!write)
      throw new Error(`"${format}" in @[${id} ${format}] is no format; there are ${Object.keys(formats).join(', ')}.`);
    return write(id);
  });

/** Lets prose quote measured figures, so that none is typed by hand. */
export const resultFigures = (md: MarkdownRenderer): void => {
  md.core.ruler.after('inline', 'result-figures', ({ tokens }) => {
    for (const token of tokens) {
      for (const child of token.children ?? []) if (child.type === 'text') child.content = withFigures(child.content);
    }
  });
};
