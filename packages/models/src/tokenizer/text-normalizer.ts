import { alignAny, alignMatches, followed } from './aligned-text.js';
import type { AlignedText } from './aligned-text.js';
import { bertNormalizer } from './bert-normalizer.js';
import { characterMapNormalizer } from './character-map.js';
import type { LibraryNormalizer } from './tokenizer-library.js';

type Config = Readonly<Record<string, unknown>>;
type Normalizer = (text: string) => AlignedText;

const bertNormalizerOf = (config: Config): Normalizer =>
  bertNormalizer({
    cleanText: config['clean_text'] !== false,
    handleChineseChars: config['handle_chinese_chars'] !== false,
    lowercase: config['lowercase'] !== false,
    stripAccents: (config['strip_accents'] ?? null) as boolean | null,
  });

/** Character by character, as the Rust library: a final Σ is no exception. */
const lowercase = (text: string): string => text.replaceAll('Σ', 'σ').toLowerCase();

const unchanged: Normalizer = (text) => ({ text, origin: 'same' });

/** Without white space, by the definition of the Rust library, at the ends that are asked for. */
const strip = ({ strip_left: left, strip_right: right }: Config): Normalizer => {
  const ends = [...(left === true ? ['^\\p{White_Space}+'] : []), ...(right === true ? ['\\p{White_Space}+$'] : [])];
  if (ends.length === 0) return unchanged;
  const pattern = new RegExp(ends.join('|'), 'gu');
  return (text) => alignMatches(text, pattern, '');
};

/** A text or a pattern replaced wherever it is. */
const replace = ({ pattern, content }: Config, library: LibraryNormalizer): Normalizer | undefined => {
  const text = (pattern as Config | undefined)?.['String'];
  const given =
    typeof text === 'string' ? new RegExp(text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'), 'gu') : library.pattern;
  if (!(given instanceof RegExp) || !given.global) return undefined;
  return (whole) => alignMatches(whole, given, typeof content === 'string' ? content : '');
};

const characterMap = ({ precompiled_charsmap: map }: Config): Normalizer =>
  typeof map === 'string' && map !== '' ? characterMapNormalizer(map) : unchanged;

/** Normalisers that are followed exactly, by their names. */
const followedNormalizers: Readonly<
  Record<string, (config: Config, library: LibraryNormalizer) => Normalizer | undefined>
> = { BertNormalizer: bertNormalizerOf, Precompiled: characterMap, Replace: replace, Strip: strip };

/** The others, which are followed from letter to letter: `Lowercase` as the Rust library does it, the rest are the library's. */
const plainNormalizer = ({ type }: Config, library: LibraryNormalizer): ((text: string) => string) =>
  type === 'Lowercase' ? lowercase : (text) => library.normalize(text);

const stepsOf = (config: Config, library: LibraryNormalizer): readonly Normalizer[] => {
  const { type, normalizers } = config;
  if (type === 'Sequence' && Array.isArray(normalizers) && library.normalizers)
    return library.normalizers.flatMap((inner, i) => (inner ? stepsOf(normalizers[i] as Config, inner) : []));
  const exact = followedNormalizers[String(type)]?.(config, library);
  if (exact) return [exact];
  const normalize = plainNormalizer(config, library);
  return [(text) => alignAny(text, normalize)];
};

/**
 * What normalises a text and knows where each unit of the result came from, by `normalizer` of a `tokenizer.json`.
 *
 * @param library the library's normaliser of the same definition; null when there is none
 * @throws ModelError `TOKENIZER_INVALID` for a character map that cannot be read
 */
export const textNormalizer = (config: unknown, library: LibraryNormalizer | null): Normalizer => {
  if (library === null) return unchanged;
  const steps = stepsOf(config as Config, library);
  const [only] = steps;
  if (only && steps.length === 1) return only;
  return (text) => {
    const whole = steps.reduce((normalized, step) => followed(normalized, step(normalized.text)), unchanged(text));
    return whole.origin === 'unknown'
      ? alignAny(text, (part) => steps.reduce((normalized, step) => step(normalized).text, part))
      : whole;
  };
};
