import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { siteFolder } from './workspace.js';

/** A page that somebody wrote. */
export interface Page {
  /** Path inside the site, `guide/train.md`. */
  readonly file: string;
  readonly text: string;
}

/** A fenced block of code on a page. */
export interface CodeBlock {
  /** `guide/train.md:12`. */
  readonly at: string;
  readonly language: string;
  /** What stands after the language: `run` for a block that a test runs. */
  readonly note: string;
  readonly code: string;
}

const generatedFolders = new Set(['api', 'generated', 'node_modules', 'out-tsc', 'public', 'e2e', 'src', 'recorded']);

/** All pages that somebody wrote, those that TypeDoc writes left out. */
export const readPages = (): Page[] => {
  const inFolder = (folder: string): string[] =>
    readdirSync(path.join(siteFolder, folder), { withFileTypes: true }).flatMap((entry) => {
      const file = path.posix.join(folder, entry.name);
      if (entry.isDirectory())
        return entry.name.startsWith('.') || generatedFolders.has(entry.name) ? [] : inFolder(file);
      return entry.name.endsWith('.md') && entry.name !== 'README.md' ? [file] : [];
    });
  return inFolder('.').sort().map((file) => ({ file, text: readFileSync(path.join(siteFolder, file), 'utf8') })); // prettier-ignore
};

const fence = /^( *)```(\S*) ?(.*)\n([\s\S]*?)^\1```/gm;

/** The fenced blocks of a page, in order. */
export const codeBlocks = ({ file, text }: Page): CodeBlock[] =>
  [...text.matchAll(fence)].map(({ index, 2: language = '', 3: note = '', 4: code = '' }) => ({
    at: `${file}:${text.slice(0, index).split('\n').length}`,
    language,
    note: note.trim(),
    code,
  }));

/** Source files that a page shows as they stand: `<<< ../../../packages/models/examples/quick-start.ts`. */
export const shownFiles = ({ file, text }: Page): string[] =>
  [...text.matchAll(/^<<< (\S+)$/gm)].map(([, shown = '']) => path.join(siteFolder, path.dirname(file), shown));
