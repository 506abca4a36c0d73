import { alignAny } from './aligned-text.js';
import type { AlignedText } from './aligned-text.js';
import { bertNormalizer } from './bert-normalizer.js';
import type { LibraryNormalizer } from './tokenizer-library.js';

type Config = Readonly<Record<string, unknown>>;

const bertNormalizerOf = (config: Config): ((text: string) => AlignedText) =>
  bertNormalizer({
    cleanText: config['clean_text'] !== false,
    handleChineseChars: config['handle_chinese_chars'] !== false,
    lowercase: config['lowercase'] !== false,
    stripAccents: (config['strip_accents'] ?? null) as boolean | null,
  });

/** Character by character, as the Rust library: a final Σ is no exception. */
const lowercase = (text: string): string => text.replaceAll('Σ', 'σ').toLowerCase();

/** The normalisers of the library that differ from those of the Rust library, done as there; the others stay the library's. */
const plainNormalizer = (config: Config, library: LibraryNormalizer): ((text: string) => string) => {
  const { type, normalizers } = config;
  if (type === 'Sequence' && Array.isArray(normalizers) && library.normalizers) {
    const steps = library.normalizers.flatMap((inner, i) => (inner ? [plainNormalizer(normalizers[i] as Config, inner)] : []));
    return (text) => steps.reduce((normalized, step) => step(normalized), text);
  }
  if (type === 'Lowercase') return lowercase;
  if (type === 'Strip') {
    const [left, right] = [config['strip_left'] === true, config['strip_right'] === true];
    return (text) => (right ? (left ? text.replace(/^\p{White_Space}+/u, '') : text).replace(/\p{White_Space}+$/u, '') : left ? text.replace(/^\p{White_Space}+/u, '') : text);
  }
  if (type === 'BertNormalizer') {
    const bert = bertNormalizerOf(config);
    return (text) => bert(text).text;
  }
  return (text) => library.normalize(text);
};

/**
 * What normalises a text and knows where each unit of the result came from, by `normalizer` of a `tokenizer.json`.
 *
 * @param library the library's normaliser of the same definition; null when there is none
 */
export const textNormalizer = (config: unknown, library: LibraryNormalizer | null): ((text: string) => AlignedText) => {
  if (library === null) return (text) => ({ text, origin: 'same' });
  if ((config as Config)['type'] === 'BertNormalizer') return bertNormalizerOf(config as Config);
  const normalize = plainNormalizer(config as Config, library);
  return (text) => alignAny(text, normalize);
};
