import type { Inspection } from '@length-adaptive/models/worker';
import { unknownToken } from './reading-notes.js';

/** What becomes of a token in a layer. */
export type TokenState = 'kept' | 'leaving' | 'gone';

export interface ShownToken {
  readonly text: string;
  /** Whether a space stands before it. */
  readonly spaced: boolean;
  /** One of the model's own: [CLS], [SEP]. */
  readonly special: boolean;
  /** The model cannot read it: it sees its token for anything unknown. */
  readonly unknown: boolean;
  readonly state: TokenState;
  /** All tokens that it stands for, itself among them, where several have become one. */
  readonly standsFor?: readonly string[];
}

/** One layer as it is shown. */
export interface TokenRow {
  readonly title: string;
  /** Tokens that it keeps. */
  readonly kept: number;
  readonly tokens: readonly ShownToken[];
}

/**
 * What each layer did with each token, the input itself first.
 *
 * @param texts what was read: the text, or the question and the text
 */
export const tokenRows = (
  { encoding, layers, mergedInto }: Pick<Inspection, 'encoding' | 'layers' | 'mergedInto'>,
  texts: readonly string[],
): TokenRow[] => {
  const { tokens, offsets, sequenceIds } = encoding;
  const words = tokens.map((token, i) => {
    const [offset, before] = [offsets[i], offsets[i - 1]];
    const sequence = sequenceIds[i] ?? null;
    const joined = offset && before && sequence === sequenceIds[i - 1] && before[1] === offset[0];
    return {
      text: (offset && sequence !== null && texts[sequence]?.slice(...offset)) || token.replace(/^##/, ''),
      spaced: !joined,
      special: sequence === null,
      unknown: token === unknownToken && sequence !== null,
    };
  });
  const all = tokens.map((_, i) => i);
  const stays = [all, ...layers].map((positions) => new Set(positions));
  const standsFor = (owners: readonly number[] | undefined, position: number): Pick<ShownToken, 'standsFor'> => {
    const members = words.filter((_, i) => owners?.[i] === position).map(({ text }) => text);
    return members.length > 1 ? { standsFor: members } : {};
  };
  return stays.map((kept, row) => ({
    title: row === 0 ? 'The text' : `Layer ${row}`,
    kept: kept.size,
    tokens: words.map((word, i) => ({
      ...word,
      state: kept.has(i) ? 'kept' : stays[row - 1]?.has(i) ? 'leaving' : 'gone',
      ...standsFor(mergedInto?.[row - 1], i),
    })),
  }));
};
