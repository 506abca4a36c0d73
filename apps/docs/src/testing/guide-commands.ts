import path from 'node:path';
import { programMissing } from '@length-adaptive/tools/testing/program-missing';
import { sidebar } from '../../.vitepress/navigation.js';
import { codeBlocks, readPages } from '../pages.js';
import { shellCommands } from '../shell-words.js';
import { workspaceFolder } from '../workspace.js';

/** A command as a page shows it, in the order in which a reader meets it. */
export interface GuideCommand {
  /** The page: `guide/train.md`. */
  readonly page: string;
  readonly at: string;
  readonly shown: string;
  /** Without variables before it, and without `npx`. */
  readonly words: readonly string[];
  /** Why it is not run here; absent where it is. */
  readonly skipped?: string;
}

/** The guide's pages in the order of the navigation. */
const pagesInOrder = (): string[] => {
  const links = (sidebar()['/'] as readonly { readonly items?: readonly { readonly link?: string }[] }[]).flatMap(
    ({ items = [] }) => items.flatMap(({ link }) => link ?? []),
  );
  return links.filter((link) => link.startsWith('/guide/')).map((link) => `${link.slice(1)}.md`);
};

const skipReason = (words: readonly string[]): string | undefined => {
  const [program = ''] = words;
  if (program === 'npm' && words[1] === 'run') return 'it is of the repository, and takes minutes';
  if (program === 'npm') return 'what it installs is linked, and installed by npx nx e2e publish';
  if (program.startsWith('-')) return 'npx would fetch what is linked here; lat demo has a test of its own';
  if (program === 'git' || program === 'cd') return 'it is about a clone';
  if (words.some((word) => word.includes('10.0.0.5'))) return 'it is for another machine';
  const noRedis = words.some((word) => word.startsWith('redis')) ? programMissing('redis-server') : undefined;
  return noRedis;
};

/** All commands of the guide. */
export const guideCommands = (): GuideCommand[] => {
  const pages = readPages();
  return pagesInOrder().flatMap((page) =>
    pages
      .filter(({ file }) => file === page)
      .flatMap(codeBlocks)
      .filter(({ language }) => language === 'sh')
      .flatMap(({ at, code }) =>
        shellCommands(code).map((given) => {
          const words = given
            .slice(given.findIndex((word) => !/^[A-Z_]+=/.test(word)))
            .filter((word, i) => i > 0 || word !== 'npx');
          const skipped = skipReason(words);
          return { page, at, shown: given.join(' '), words, ...(skipped !== undefined && { skipped }) };
        }),
      ),
  );
};

/** Less training. */
const lessTraining = [
  '--limit',
  '24',
  '--batch-size',
  '12',
  '--max-length',
  '48',
  '--epochs',
  '1',
  '--length-drop-epochs',
  '1',
  '--sub-models',
  '1',
];

/**
 * What makes a command's work small: flags that come after its own, and win. The commands of the pages are for data of thousands of texts, and a
 * reader waits for minutes.
 */
const smaller: Readonly<Record<string, readonly string[]>> = {
  train: lessTraining,
  distill: lessTraining,
  adapt: ['--limit', '12', '--batch-size', '4', '--max-length', '16', '--sub-models', '0'],
  search: [
    '--limit',
    '12',
    '--evaluations',
    '20',
    '--speed-samples',
    '2',
    '--speed-repeats',
    '1',
    '--max-length',
    '48',
  ],
  evaluate: ['--limit', '24'],
  bench: ['--seconds', '0.02'],
};

/** The command line with what makes it small; a run that goes on keeps what it began with. */
export const smallArguments = (args: readonly string[]): string[] => [
  ...args,
  ...(args.includes('--resume') ? [] : (smaller[args[0] ?? ''] ?? [])),
];

/** Exit codes that a command may end with. */
export const allowedCodes = (args: readonly string[]): readonly number[] =>
  args.includes('--min-score') ? [0, 5] : [0]; // a check: 5 says that the score is too low

const sources = (file: string): string => path.join(workspaceFolder, 'packages', file);

/** The programs that run from their sources, by name. */
export const programs: Readonly<Record<string, string>> = {
  lat: sources('cli/src/bin.ts'),
  'length-adaptive-server': sources('server/src/bin.ts'),
};

/** Whether a program stays until somebody ends it. */
export const stays = ([program = '', command]: readonly string[]): boolean =>
  program === 'redis-server' ||
  program === 'length-adaptive-server' ||
  (program === 'lat' && (command === 'serve' || command === 'worker'));
