import { isRecord } from '../sources/json-record.js';
import type { JsonRecord } from '../sources/json-record.js';

/** A token that is found in the text as a whole, before anything is cut to pieces; the fields are those of `tokenizer.json`. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** One of the model's own signs, which no text is meant to hold: left out of decoded text. */
  readonly special: boolean;
  /** Looked for in the normalised text, itself normalised; else in the text as it is. */
  readonly normalized: boolean;
  /** Found only where no letter, digit or underscore touches it. */
  readonly single_word: boolean;
  /** Takes the white space before it. */
  readonly lstrip: boolean;
  /** Takes the white space after it. */
  readonly rstrip: boolean;
}

/** An added token whose id may not be known yet. */
type Listed = Omit<AddedToken, 'id'> & { readonly id?: number };

/** A special token's text: settings give it plain or as an object with `content`. */
export const tokenText = (value: unknown, otherwise: string): string => {
  const content = isRecord(value) ? value['content'] : value;
  return typeof content === 'string' ? content : otherwise;
};

/** A token as a file lists it: its text, or an object with `content` and what differs from the defaults. */
const listed = (value: unknown, id?: number, special = false): Listed[] => {
  const content = tokenText(value, '');
  if (content === '') return [];
  const fields = isRecord(value) ? value : {};
  const flag = (name: string): boolean => fields[name] === true;
  const isSpecial = special || flag('special');
  const normalized = typeof fields['normalized'] === 'boolean' ? fields['normalized'] : !isSpecial;
  return [
    {
      ...(id !== undefined && Number.isInteger(id) && { id }),
      content,
      special: isSpecial,
      normalized,
      single_word: flag('single_word'),
      lstrip: flag('lstrip'),
      rstrip: flag('rstrip'),
    },
  ];
};

const asList = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : isRecord(value) ? Object.values(value) : [];

/** The special tokens that settings name one by one: `cls_token`, `mask_token`, ... */
const named = (config: JsonRecord): readonly Listed[] =>
  Object.entries(config).flatMap(([key, value]) =>
    key.endsWith('_token') && (typeof value === 'string' || isRecord(value)) ? listed(value, undefined, true) : [],
  );

/** The tokens of `added_tokens.json`, `{"[E1]": 30522}`: as the reference, only those that are special by name are looked for in the text as it is. */
const fromAddedTokensFile = (file: JsonRecord, config: JsonRecord): readonly Listed[] => {
  const raw = new Set(
    [...named(config), ...asList(config['extra_special_tokens']).flatMap((token) => listed(token))].map(
      ({ content }) => content,
    ),
  );
  const special = new Set([
    ...raw,
    ...asList(config['additional_special_tokens']).map((token) => tokenText(token, '')),
  ]);
  return Object.entries(file).flatMap(([content, id]) =>
    listed({ content, special: special.has(content), normalized: !raw.has(content) }, Number(id)),
  );
};

const byId = (a: Listed, b: Listed): number => (a.id ?? Infinity) - (b.id ?? Infinity);

/** Where added tokens are listed. */
export interface AddedTokenLists {
  /** `added_tokens` of `tokenizer.json`. */
  readonly own?: unknown;
  /** `tokenizer_config.json` with what `special_tokens_map.json` adds to it. */
  readonly config: JsonRecord;
  /** `added_tokens.json`. */
  readonly file?: JsonRecord | undefined;
}

/**
 * All added tokens of a model, as the reference puts them together. `added_tokens_decoder` of the settings has the last word on how a token is found; without
 * it `added_tokens.json` counts, where `tokenizer.json` does not list the same token. Special tokens that are only named join them.
 *
 * A token that the vocabulary holds has its id there. Any other has the id it is listed with; one of `additional_special_tokens` that is listed nowhere gets
 * the next free one, and another special token that is named and nowhere to be found is left out: settings name tokens that a model never had.
 */
export const readAddedTokens = (
  { own, config, file }: AddedTokenLists,
  vocabulary: ReadonlyMap<string, number>,
): readonly AddedToken[] => {
  const decoder = config['added_tokens_decoder'];
  const tokens = new Map<string, Listed>();
  const join = (token: Listed): void => void (tokens.has(token.content) || tokens.set(token.content, token));
  for (const token of asList(own)) if (isRecord(token)) listed(token, Number(token['id'])).forEach(join);
  if (isRecord(decoder)) {
    const settled = Object.entries(decoder).flatMap(([id, token]) => listed(token, Number(id)));
    const special = new Set(named(config).map(({ content }) => content));
    for (const token of settled.sort(byId)) {
      const before = tokens.get(token.content);
      tokens.set(token.content, {
        ...before,
        ...token,
        ...(before?.id !== undefined && { id: before.id }),
        special: token.special || before?.special === true || special.has(token.content),
      });
    }
  } else if (file) [...fromAddedTokensFile(file, config)].sort(byId).forEach(join);
  const extra = [...asList(config['extra_special_tokens']), ...asList(config['additional_special_tokens'])].flatMap(
    (token) => listed(token, undefined, true),
  );
  named(config)
    .filter(({ content }) => vocabulary.has(content))
    .forEach(join);
  extra.forEach(join);

  const listedIds = [...tokens.values()].flatMap(({ id, content }) =>
    id === undefined || vocabulary.has(content) ? [] : [id],
  );
  let last: number | undefined; // looked for where it is needed: a vocabulary is long
  const next = (): number => {
    last ??= [...vocabulary.values(), ...listedIds].reduce((most, id) => Math.max(most, id), -1);
    last += 1;
    return last;
  };
  return [...tokens.values()].map((token) => ({ ...token, id: vocabulary.get(token.content) ?? token.id ?? next() }));
};
