import { alignPieces } from './aligned-text.js';
import type { AlignedText } from './aligned-text.js';

/** The switches of BERT's normaliser, as `tokenizer.json` names them in its `BertNormalizer`. */
export interface BertNormalizerOptions {
  /** Remove control characters, make every white space a space. Default true. */
  readonly cleanText?: boolean;
  /** Put spaces around each Chinese character. Default true. */
  readonly handleChineseChars?: boolean;
  /** Default true. */
  readonly lowercase?: boolean;
  /** Remove accents. Default: as `lowercase`. */
  readonly stripAccents?: boolean | null;
}

/** The CJK blocks BERT treats character by character (Chinese, not Hangul or kana). */
const chineseCharacter =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/u;

const removed = /[\0\ufffd\p{Cc}\p{Cf}\p{Co}\p{Cs}]/u;

/** Text on which the normaliser only changes case and white space, unit for unit. */
const plainAscii = /^[\x20-\x7e\t\n\r]*$/;

const cleanCharacter = (character: string): string => {
  if (/[\t\n\r]/.test(character)) return ' ';
  if (removed.test(character)) return '';
  return /\s/.test(character) ? ' ' : character;
};

/**
 * BERT's normaliser with an account of where each character came from. It works character by character, as the
 * reference tokenizer does (so a final sigma lower-cases to σ), and the account is exact.
 *
 * @example
 * const { text, origin } = bertNormalizer()('Café'); // text 'cafe'
 */
export const bertNormalizer = ({
  cleanText = true,
  handleChineseChars = true,
  lowercase = true,
  stripAccents = null,
}: BertNormalizerOptions = {}): ((text: string) => AlignedText) => {
  const accents = stripAccents ?? lowercase;
  const normalize = (character: string): string => {
    let out = cleanText ? cleanCharacter(character) : character;
    if (handleChineseChars && chineseCharacter.test(out)) out = ` ${out} `;
    if (accents) out = out.normalize('NFD').replace(/\p{Mn}/gu, '');
    return lowercase ? out.toLowerCase() : out;
  };
  const known = new Map<string, string>();
  const remembered = (character: string): string => {
    let out = known.get(character);
    if (out === undefined) known.set(character, (out = normalize(character)));
    return out;
  };
  return (text) => {
    if (!plainAscii.test(text)) return alignPieces(text, remembered);
    const spaced = cleanText ? text.replace(/[\t\n\r]/g, ' ') : text;
    return { text: lowercase ? spaced.toLowerCase() : spaced, origin: 'same' };
  };
};
