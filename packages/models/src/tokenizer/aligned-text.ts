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

/** What matches a pattern replaced; every unit of what takes its place stands for the whole match. */
export const alignMatches = (text: string, pattern: RegExp, replacement: string): AlignedText => {
  const matches = [...text.matchAll(pattern)].filter(({ 0: found }) => found !== '');
  if (matches.length === 0) return { text, origin: 'same' };
  const starts: number[] = [];
  const ends: number[] = [];
  let normalized = '';
  const keep = (from: number, to: number): void => {
    normalized += text.slice(from, to);
    for (let unit = from; unit < to; unit += 1) {
      starts.push(unit);
      ends.push(unit + 1);
    }
  };
  let done = 0;
  for (const { 0: found, index } of matches) {
    keep(done, index);
    done = index + found.length;
    normalized += replacement;
    for (let unit = 0; unit < replacement.length; unit += 1) {
      starts.push(index);
      ends.push(done);
    }
  }
  keep(done, text.length);
  return { text: normalized, origin: { starts, ends } };
};

/** A normalised text that was normalised again, by where it stands in the first original. */
export const followed = (first: AlignedText, second: AlignedText): AlignedText => {
  if (second.origin === 'same') return { text: second.text, origin: first.origin };
  if (first.origin === 'same' || second.origin === 'unknown') return second;
  if (first.origin === 'unknown') return { text: second.text, origin: 'unknown' };
  const { starts, ends } = first.origin;
  return {
    text: second.text,
    origin: {
      starts: second.origin.starts.map((start) => starts[start] as number),
      ends: second.origin.ends.map((end) => ends[end - 1] as number),
    },
  };
};

/** Letters with their combining marks, and the parts of a Hangul syllable: what normal forms join. */
const joined =
  /(?:[\u1100-\u1112][\u1161-\u1175]?[\u11a8-\u11c2]?|[\uac00-\ud7a3][\u11a8-\u11c2]?|\P{M})\p{M}*|\p{M}+/gsu;

/** Any normaliser, followed over letters with their combining marks; `'unknown'` where it looks further than that. */
export const alignAny = (text: string, normalize: (text: string) => string): AlignedText => {
  const whole = normalize(text);
  if (whole === text) return { text, origin: 'same' };
  const aligned = alignPieces(text.match(joined) ?? [], normalize);
  return aligned.text === whole ? aligned : { text: whole, origin: 'unknown' };
};
