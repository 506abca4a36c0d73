import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startProcess } from '@length-adaptive/tools/testing/start-process';
import * as tf from '@tensorflow/tfjs';
import type { CodeBlock } from './pages.js';
import { codeBlocks, readPages, shownFiles } from './pages.js';
import { exampleFolder } from './testing/example-folder.js';
import type { Snippet } from './type-check.js';
import { typeErrors } from './type-check.js';

const pages = readPages();
const blocks = pages.flatMap(codeBlocks);
const programs = blocks.flatMap(({ language, ...block }) =>
  language === 'ts' || language === 'js' ? [{ ...block, language }] : [],
) as (CodeBlock & Snippet)[];

test('every block is in a language that a test reads, or is text', () => {
  const read = ['ts', 'js', 'sh', 'console', 'json', 'bibtex', 'text'];
  expect(
    blocks.filter(({ language }) => !read.includes(language)).map(({ at, language }) => `${at} ${language}`),
  ).toEqual([]);
});

test('TypeScript and JavaScript fit the packages, and what does not would be told', () => {
  const code =
    "import { load } from '@length-adaptive/models';\nconst predictor = await load('model');\nawait predictor.predict('text', { budget: { costs: 1 } });";
  const [wrong, ...errors] = typeErrors([{ language: 'ts', code }, ...programs]);
  expect(wrong).toEqual([expect.stringMatching(/^3: Object literal may only specify known properties, and 'costs'/)]);
  expect(programs.flatMap(({ at }, i) => (errors[i] ?? []).map((error) => `${at} + ${error}`))).toEqual([]);
  expect(programs.length).toBeGreaterThan(10);
}, 300_000);

test('JSON parses', () => {
  const texts = blocks.filter(({ language }) => language === 'json');
  for (const { code } of texts) JSON.parse(code);
  expect(texts).not.toHaveLength(0);
});

test('each entry of BibTeX has a key of its own, a title, authors and a year or a version, and closed braces', () => {
  const entries = blocks.filter(({ language }) => language === 'bibtex').flatMap(({ code }) => code.split(/\n\n/));
  const keys = entries.map((entry) => /^@\w+\{([\w-]+),/.exec(entry)?.[1]);
  expect(new Set(keys).size).toBe(entries.length);
  for (const entry of entries) {
    for (const field of [/^ {2}title\s+= \{/m, /^ {2}author\s+= \{/m, /^ {2}(year|version)\s+= \{/m])
      expect(entry).toMatch(field);
    expect(entry.split('{').length).toBe(entry.split('}').length);
  }
});

test('a program that a page shows from a package is there, and is an example that the package tests', () => {
  const shown = pages.flatMap(shownFiles);
  expect(shown).not.toHaveLength(0);
  for (const file of shown) {
    const folder = path.join(path.dirname(file), '..');
    const tested = readFileSync(path.join(folder, 'src/readme.spec.ts'), 'utf8');
    expect(existsSync(file)).toBe(true);
    expect(tested).toContain(path.basename(file).replace(/\.\w+$/, ''));
  }
});

describe('programs', () => {
  let folder = '';
  beforeAll(async () => {
    tf.env().set('IS_TEST', true); // or TensorFlow.js prints an advertisement
    await tf.setBackend('cpu');
    folder = await exampleFolder();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const runnable = programs.filter(({ note }) => note === 'run');

  test('there are some', () => expect(runnable.length).toBeGreaterThan(5));

  test.each(runnable)(
    '$at runs',
    async ({ at, language, code }) => {
      const file = path.join(folder, `${at.replace(/\W/g, '-')}.m${language}`);
      writeFileSync(file, code);
      const program = startProcess(file, { cwd: folder });
      const exit = await program.exit();
      if (exit !== 0) throw new Error(`It ended with ${exit}: ${program.printed().slice(-2000)}`);
      expect(program.printed()).not.toContain('undefined undefined');
    },
    180_000,
  );

  test('the reviews were split as the guide says', () => {
    const lines = (name: string) =>
      readFileSync(path.join(folder, 'data', `${name}.jsonl`), 'utf8')
        .trim()
        .split('\n');
    expect([lines('train').length, lines('held-out').length]).toEqual([800, 200]);
  });
});
