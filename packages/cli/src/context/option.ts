/** One option of a command: a flag, and a key of the configuration file. */
export interface Option<Value> {
  /** What stands for the value in `--help`; absent for a switch. */
  readonly placeholder?: string;
  readonly description: string;
  /** What a value must be, for messages: "a whole number of at least 1". */
  readonly expected: string;
  readonly fallback: Value;
  /** A value from a flag (text) or a file (JSON) -> the setting; undefined when it does not fit. */
  readonly read: (given: unknown) => Value | undefined;
  /** Says how a run is shown, not what it does: left out of saved configurations. */
  readonly transient?: boolean;
  /** Other spelling of the flag, not shown in `--help`. */
  readonly alias?: string;
  /** What `--no-...` says, for a switch that is neither on nor off unless given. */
  readonly negation?: string;
}

/** The options of a command by their key; the flag is the key in kebab case. */
export type Options = Readonly<Record<string, Option<unknown>>>;

/** The values of options. */
export type Settings<O extends Options> = {
  readonly [Key in keyof O]: O[Key] extends Option<infer Value> ? Value : never;
};

const asText = (given: unknown): string | undefined =>
  typeof given === 'string' && given !== '' ? given : typeof given === 'number' ? String(given) : undefined;

/** Any text, such as a path. */
export const text = (placeholder: string, description: string): Option<string | undefined> => ({
  placeholder,
  description,
  expected: 'a text that is not empty',
  fallback: undefined,
  read: asText,
});

/** Bounds of a number. */
export interface Bounds {
  readonly min?: number;
  /** Included. */
  readonly max?: number;
  /** Excluded. */
  readonly below?: number;
  readonly integer?: boolean;
}

const describe = ({ min, max, below, integer }: Bounds): string =>
  [
    integer ? 'a whole number' : 'a number',
    ...(min === undefined ? [] : [`of at least ${min}`]),
    ...(max === undefined ? [] : [`${min === undefined ? 'of' : 'and'} at most ${max}`]),
    ...(below === undefined ? [] : [`and below ${below}`]),
  ].join(' ');

const asNumber = (given: unknown): number => {
  const written = asText(given)?.trim() ?? '';
  return written === '' ? Number.NaN : Number(written);
};

/** A number; with no fallback it may be left out. */
export const number = <Fallback extends number | undefined>(
  placeholder: string,
  description: string,
  bounds: Bounds & { readonly fallback: Fallback },
): Option<number | Fallback> => ({
  placeholder,
  description: bounds.fallback === undefined ? description : `${description} (default ${bounds.fallback})`,
  expected: describe(bounds),
  fallback: bounds.fallback,
  read: (given) => {
    const value = asNumber(given);
    const { min = -Infinity, max = Infinity, below = Infinity, integer = false } = bounds;
    return value >= min &&
      value <= max &&
      value < below &&
      Number.isFinite(value) &&
      (!integer || Number.isInteger(value))
      ? value
      : undefined;
  },
});

/** A number, or one of a few words in its place. */
export const numberOr = <Word extends string>(
  words: readonly Word[],
  placeholder: string,
  description: string,
  bounds: Bounds & { readonly fallback: number },
): Option<number | Word> => {
  const own = number(placeholder, description, bounds);
  return {
    ...own,
    placeholder: `${placeholder}|${words.join('|')}`,
    expected: `${own.expected}, or ${words.join(' or ')}`,
    read: (given) => words.find((word) => word === given) ?? own.read(given),
  };
};

const asSwitch = (given: unknown): boolean | undefined => (typeof given === 'boolean' ? given : undefined);

/** A switch that is off unless given. */
export const flag = (description: string): Option<boolean> => ({
  description,
  expected: 'true or false',
  fallback: false,
  read: asSwitch,
});

/** A switch that is on unless `--no-...` is given. */
export const enabled = (description: string): Option<boolean> => ({
  description,
  expected: 'true or false',
  fallback: true,
  read: asSwitch,
});

/** A switch that is neither on nor off unless one is given: with `--...` and `--no-...`. */
export const either = (description: string, negation: string): Option<boolean | undefined> => ({
  description,
  negation,
  expected: 'true or false',
  fallback: undefined,
  read: asSwitch,
});

/** One of a few words. */
export const choice = <Word extends string, Fallback extends Word | undefined>(
  words: readonly Word[],
  description: string,
  fallback: Fallback,
): Option<Word | Fallback> => ({
  placeholder: words.join('|'),
  description: fallback === undefined ? description : `${description} (default ${fallback})`,
  expected: `one of ${words.join(', ')}`,
  fallback,
  read: (given) => words.find((word) => word === given),
});

/** The items of a list, as a flag or a file gives it. */
const listOf = (given: unknown): readonly unknown[] =>
  Array.isArray(given) ? given : typeof given === 'string' ? given.split(',').map((part) => part.trim()) : [];

/** Several texts, with commas between them; a file may give them as a list. */
export const texts = (placeholder: string, description: string): Option<readonly string[] | undefined> => ({
  placeholder,
  description,
  expected: 'one text or several with commas between them, none of them empty',
  fallback: undefined,
  read: (given) => {
    const parts = listOf(typeof given === 'number' ? String(given) : given).map(asText);
    return parts.length > 0 && parts.every((part) => part !== undefined) ? parts : undefined;
  },
});

/** Several of a few words, with commas between them. */
export const choices = <Word extends string>(
  placeholder: string,
  words: readonly Word[],
  description: string,
): Option<readonly Word[] | undefined> => ({
  placeholder,
  description: `${description}: ${words.join(', ')}`,
  expected: `some of ${words.join(', ')}, with commas between them`,
  fallback: undefined,
  read: (given) => {
    const parts = listOf(given);
    const found = words.length > 0 ? parts.map((part) => words.find((word) => word === part)) : [];
    return found.length > 0 && found.every((word): word is Word => word !== undefined) ? found : undefined;
  },
});

/** Several numbers, with commas between them; with no fallback they may be left out. */
export const numbers = <Fallback extends readonly number[] | undefined>(
  placeholder: string,
  description: string,
  { fallback, ...bounds }: Bounds & { readonly fallback: Fallback },
): Option<readonly number[] | Fallback> => {
  const one = number(placeholder, description, { ...bounds, fallback: undefined });
  return {
    placeholder,
    description: fallback === undefined ? description : `${description} (default ${fallback.join(',')})`,
    expected: `${one.expected}, or several with commas between them`,
    fallback,
    read: (given) => {
      const parts = listOf(typeof given === 'number' ? String(given) : given);
      const found = parts.flatMap((part) => one.read(part) ?? []);
      return found.length > 0 && found.length === parts.length ? found : undefined;
    },
  };
};
