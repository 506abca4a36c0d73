import type { ReducerSettings } from './reducer.js';

/** What each setting may be; the first is meant where nothing is said. */
export type Choices = Readonly<Record<string, readonly [string, ...string[]]>>;

/** What is wrong with settings that are words: one that there is not, or a word that it may not be. */
export const problemOf =
  (choices: Choices) =>
  (settings: ReducerSettings): string | undefined => {
    for (const [name, value] of Object.entries(settings)) {
      const known = Object.hasOwn(choices, name) ? choices[name] : undefined;
      if (known === undefined) return `has no setting "${name}"; it has ${Object.keys(choices).join(', ')}`;
      if (!known.some((choice) => choice === value))
        return `has ${name} ${JSON.stringify(value)}; expected ${known.map((choice) => `"${choice}"`).join(' or ')}`;
    }
    return undefined;
  };
