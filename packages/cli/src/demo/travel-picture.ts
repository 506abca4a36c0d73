import type { Inspection } from '@length-adaptive/models';
import { shownTokens, wrapTokens } from '../picture/kept-rows.js';
import type { ShownToken } from '../picture/kept-rows.js';

const barWidth = 40;

/** Tokens in lines, those that are not in `kept` as a dot each, neighbours among them as one. */
const linesOf = (tokens: readonly ShownToken[], kept: ReadonlySet<number>, width: number): string[] => {
  const shown = tokens.map((token, at): ShownToken => {
    if (kept.has(at)) return at > 0 && !kept.has(at - 1) ? { ...token, spaced: true } : token;
    return { shown: kept.has(at - 1) || at === 0 ? '·' : '', spaced: true };
  });
  const visible = shown.filter((token) => token.shown !== '');
  return wrapTokens(visible, width).map((group) =>
    group
      .map((at, i) => `${i > 0 && visible[at]?.spaced === true ? ' ' : ''}${visible[at]?.shown.trim() ?? ''}`)
      .join(''),
  );
};

/**
 * Tokens on their way through the layers: a bar a layer, as long as the tokens that stay in it, and the words that are still there after the last.
 *
 * @param width columns that the words may take
 */
export const travelPicture = ({ encoding, layers }: Inspection, text: string, width = 76): string[] => {
  const all = encoding.ids.length;
  const counts = [all, ...layers.map((positions) => positions.length)];
  const digits = String(all).length;
  const bars = counts.map((count, at) => {
    const name = at === 0 ? 'tokens ' : `layer ${at}`;
    const length = Math.max(1, Math.round((barWidth * count) / all));
    return `${name}  ${String(count).padStart(digits)}  ${'█'.repeat(length)}${'░'.repeat(barWidth - length)}`;
  });
  const last = new Set(layers.at(-1) ?? encoding.ids.keys());
  return [...bars, '', ...linesOf(shownTokens(encoding, [text]), last, width)];
};
