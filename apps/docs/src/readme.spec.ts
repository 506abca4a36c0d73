import { readFileSync } from 'node:fs';
import path from 'node:path';
import { longInputsTable, throughputTable } from './long-inputs.js';
import { readExample } from './recorded.js';
import { travelAnimation } from './figures/travel-animation.js';
import { siteFolder, workspaceFolder } from './workspace.js';

const readme = readFileSync(path.join(workspaceFolder, 'README.md'), 'utf8');

/** Cells without the spaces around them, and without those that do not break. */
const plain = (table: string): string =>
  table
    .replaceAll('\u00a0', ' ')
    .replace(/ *\| */g, '|')
    .replace(/:?-+:?/g, '-');

test.each([
  ['what each job keeps', longInputsTable],
  ['texts a second', throughputTable],
])('the README has the table of results: %s', (_, table) => {
  expect(table()).not.toContain('–');
  expect(plain(readme)).toContain(plain(table()));
});

test('its picture is drawn of the recorded example, and moves for those who do not mind', () => {
  const picture = readFileSync(path.join(siteFolder, 'public/travel.svg'), 'utf8');
  expect(picture).toBe(`${travelAnimation(readExample())}\n`);
  expect(picture).toContain('prefers-reduced-motion');
  expect(readme).toContain('(apps/docs/public/travel.svg)');
});

/** The only program of a text in this language. */
const programOf = (text: string): string => /```js(?: run)?\n([^]*?)```/.exec(text)?.[1] ?? '';

test('its ten lines are those of the front page, which are run', () => {
  expect(programOf(readme)).toContain('loadOnnx');
  expect(programOf(readFileSync(path.join(siteFolder, 'index.md'), 'utf8'))).toBe(programOf(readme));
});

test('a figure that it names has a command beside it', () => {
  for (const name of ['onnx', 'embeddings', 'imdb', 'rerank', 'skim'])
    expect(readme).toMatch(new RegExp(`npm run bench -- [^\`]*\\b${name}\\b`));
});
