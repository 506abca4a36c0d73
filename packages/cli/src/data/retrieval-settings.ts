import { CliError } from '../context/errors.js';
import { flagOf } from '../context/settings.js';

/** Options that say how examples are read from a file. */
const ofExamples = [
  'stride',
  'textColumn',
  'pairColumn',
  'labelColumn',
  'labelColumns',
  'labelSeparator',
  'header',
] as const;

/**
 * Refuses what a folder of documents and queries has no use for.
 *
 * @param others keys of further options that are for files of examples
 * @throws CliError `USAGE` naming the option
 */
export const checkRetrievalSettings = <Key extends string = never>(
  path: string,
  settings: Readonly<Partial<Record<Key | (typeof ofExamples)[number], unknown>>>,
  others: readonly Key[] = [],
): void => {
  const own = [...others, ...ofExamples].find((key) => settings[key] !== undefined && settings[key] !== 0);
  if (own !== undefined)
    throw new CliError(
      'USAGE',
      `${flagOf(own)} is for files of examples, and ${path} holds documents with queries; leave it out.`,
    );
};
