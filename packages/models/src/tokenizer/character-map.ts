/**
 * SentencePiece's precompiled character map, as `tokenizer.json` holds it in `precompiled_charsmap`: a double-array trie (Darts-clone) from UTF-8 to
 * places in a list of replacements. `@huggingface/tokenizers` 0.2.0 puts NFKC and a list of its own in its place, which differs for hundreds of characters.
 */
import { ModelError } from '../errors.js';
import { alignPieces } from './aligned-text.js';
import type { AlignedText } from './aligned-text.js';

/** The trie of a map and the text that its values point into. */
interface CharacterMap {
  readonly units: Uint32Array;
  /** UTF-8, each replacement ended by a zero. */
  readonly replacements: Uint8Array;
}

const invalid = (what: string): ModelError =>
  new ModelError(
    'TOKENIZER_INVALID',
    `tokenizer.json: the precompiled_charsmap of its normalizer ${what}; was the file cut off or edited?`,
  );

const readCharacterMap = (base64: string): CharacterMap => {
  let bytes: Uint8Array;
  try {
    bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    throw invalid('is not base64');
  }
  const view = new DataView(bytes.buffer);
  const size = bytes.length < 4 ? 0 : view.getUint32(0, true);
  if (size === 0 || size % 4 !== 0 || 4 + size > bytes.length)
    throw invalid(`has ${bytes.length} bytes and says that ${size} of them are its table`);
  const units = Uint32Array.from({ length: size / 4 }, (_, i) => view.getUint32(4 + 4 * i, true));
  return { units, replacements: bytes.subarray(4 + size) };
};

const offsetOf = (unit: number): number => (unit >>> 10) << ((unit & 0x200) >>> 6);

/** What the shortest key that the text begins with is replaced by; undefined where there is none. */
const finder = ({ units, replacements }: CharacterMap): ((text: string) => string | undefined) => {
  const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];
  return (text) => {
    let at = offsetOf(units[0] ?? 0);
    for (const byte of encoder.encode(text)) {
      if (byte === 0) return undefined;
      at ^= byte;
      const unit = units[at];
      if (unit === undefined || (unit & 0x800000ff) !== byte) return undefined;
      at ^= offsetOf(unit);
      if (((unit >>> 8) & 1) === 0) continue; // no key ends here
      const start = (units[at] ?? 0) & 0x7fffffff;
      const end = replacements.indexOf(0, start);
      return decoder.decode(replacements.subarray(start, end < 0 ? undefined : end));
    }
    return undefined;
  };
};

/** Characters that stand alone, whatever of them stands beside: Latin, Greek, Cyrillic, kana, Chinese, Hangul syllables. */
const standAlone =
  /^[ -~\u00a0-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e\u3000-\u3029\u3040-\u3096\u309d-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3]*$/;

/** Bytes of the shortest user-perceived character that is replaced by its single characters only. */
const longGrapheme = 6;

const printableAscii = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i));

/**
 * The normaliser of a precompiled map, with an account of where each unit came from. As the Rust library does it: a user-perceived character of
 * fewer than six bytes is looked up as a whole, any other character by character.
 *
 * @throws ModelError `TOKENIZER_INVALID` for a map that cannot be read
 */
export const characterMapNormalizer = (base64: string): ((text: string) => AlignedText) => {
  const find = finder(readCharacterMap(base64));
  const known = new Map<string, string | undefined>();
  const replacementOf = (piece: string): string | undefined => {
    if (known.has(piece)) return known.get(piece);
    const found = find(piece);
    known.set(piece, found);
    return found;
  };
  const keepsAscii = printableAscii.every((character) => find(character) === undefined);
  const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });
  const encoder = new TextEncoder();

  function* piecesOf(text: string): Generator<string> {
    if (standAlone.test(text)) yield* text;
    else
      for (const { segment } of graphemes.segment(text)) {
        const whole = encoder.encode(segment).length < longGrapheme && replacementOf(segment) !== undefined;
        if (whole) yield segment;
        else yield* segment;
      }
  }
  return (text) =>
    keepsAscii && /^[ -~]*$/.test(text)
      ? { text, origin: 'same' }
      : alignPieces(piecesOf(text), (piece) => replacementOf(piece) ?? piece);
};
