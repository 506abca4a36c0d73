/**
 * Normalised text that knows where it came from: UTF-16 unit i of `text` stands for `original.slice(starts[i], ends[i])`.
 * `'same'` means unit i stands for unit i; `'unknown'` that the normaliser cannot be followed.
 */
export interface AlignedText {
  readonly text: string;
  readonly origin: 'same' | 'unknown' | { readonly starts: readonly number[]; readonly ends: readonly number[] };
}

/** Where `text.slice(start, end)` of a normalised text lies in the original; null when that is unknown. */
export const originalSpan = ({ origin }: AlignedText, start: number, end: number): readonly [number, number] | null => {
  if (origin === 'same') return [start, end];
  const from = origin === 'unknown' ? undefined : origin.starts[start];
  const to = origin === 'unknown' ? undefined : origin.ends[end - 1];
  return from === undefined || to === undefined ? null : [from, to];
};

/**
 * Normalises a text piece by piece and keeps the account of where each unit came from. A piece that vanishes and is a
 * combining mark counts as part of the character before it, so that a span never cuts an accent off its letter.
 */
export const alignPieces = (pieces: Iterable<string>, normalize: (piece: string) => string): AlignedText => {
  const starts: number[] = [];
  const ends: number[] = [];
  let text = '';
  let position = 0;
  let unitsBefore = 0;
  for (const piece of pieces) {
    const normalized = normalize(piece);
    const end = position + piece.length;
    if (normalized !== '') {
      unitsBefore = text.length;
      text += normalized;
      for (let i = 0; i < normalized.length; i += 1) {
        starts.push(position);
        ends.push(end);
      }
    } else if (ends.at(-1) === position && /^\p{M}/u.test(piece)) {
      ends.fill(end, unitsBefore);
    }
    position = end;
  }
  return { text, origin: { starts, ends } };
};

/** Letters with their combining marks, and the parts of a Hangul syllable: what normal forms join. */
const joined = /(?:[\u1100-\u1112][\u1161-\u1175]?[\u11a8-\u11c2]?|[\uac00-\ud7a3][\u11a8-\u11c2]?|\P{M})\p{M}*|\p{M}+/gsu;

/** Any normaliser, followed over letters with their combining marks; `'unknown'` where it looks further than that. */
export const alignAny = (text: string, normalize: (text: string) => string): AlignedText => {
  const aligned = alignPieces(text.match(joined) ?? [], normalize);
  const whole = normalize(text);
  return aligned.text === whole ? aligned : { text: whole, origin: 'unknown' };
};
