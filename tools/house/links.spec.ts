import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { published, root } from './published.js';

/** The texts that speak of files: those of the root, of GitHub, and each package's README. */
const texts = [
  ...readdirSync(root).filter((file) => file.endsWith('.md')),
  ...readdirSync(path.join(root, '.github'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `.github/${file}`),
  ...published.map((folder) => `${folder}/README.md`),
  'benchmarks/README.md',
];

/** The links of a Markdown text that lead to files of the repository, `[text](path#part)`, without its code blocks. */
const fileLinks = (markdown: string): string[] =>
  [...markdown.replace(/^(```|~~~)[\s\S]*?^\1/gm, '').matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) =>
    /^([a-z]+:|#)/.test(target) ? [] : [target.replace(/#.*/, '')],
  );

it.each(texts)('every link in %s leads to a file', (text) => {
  const links = fileLinks(readFileSync(path.join(root, text), 'utf8'));
  expect(links.filter((link) => !existsSync(path.join(root, path.dirname(text), link)))).toEqual([]);
});

/** What ARCHITECTURE.md names in code: `core/src/cost.ts`, or after it `trainer.ts` beside it. */
it('every file that ARCHITECTURE.md names is there', () => {
  const table = readFileSync(path.join(root, 'ARCHITECTURE.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .join('\n');
  const named = [...table.matchAll(/`([a-z]+\/src\/[^`]+)`/g)].map(([, file = '']) =>
    file.replaceAll('{', '').replace('NAME.ts', ''),
  );
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((file) => !existsSync(path.join(root, 'packages', file)))).toEqual([]);
});

it('contributors are led to the files that they need', () => {
  expect(fileLinks(readFileSync(path.join(root, 'CONTRIBUTING.md'), 'utf8')).length).toBeGreaterThan(20);
  expect(fileLinks('[a](b.md#c) [d](https://e.f) [g](#h)\n```\n[i](j)\n```\n')).toEqual(['b.md']);
});
