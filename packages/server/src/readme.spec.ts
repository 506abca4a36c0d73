import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProcess } from '@length-adaptive/tools/testing/start-process';
import { statusOf } from './errors.js';
import { requestFields } from './http/request-fields.js';
import { readOptions } from './options.js';
import { writeTinyModel } from './testing/tiny-models.js';

const root = join(__dirname, '..');
const read = (...path: readonly string[]): string => readFileSync(join(root, ...path), 'utf8');
const readme = read('README.md');

describe('README', () => {
  test('shows the example as it stands in examples/, and the example runs', async () => {
    const example = read('examples/quick-start.ts');
    expect([...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, block]) => block)).toEqual([example]);
    const folder = mkdtempSync(join(tmpdir(), 'length-adaptive-readme-'));
    await writeTinyModel(join(folder, 'runs/demo/model'));
    const run = startProcess(join(root, 'examples/quick-start.ts'), { cwd: folder });
    expect(await run.exit()).toBe(0);
    expect(run.printed()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\n(bad|good) 1 false\n$/);
    rmSync(folder, { recursive: true });
  });

  test('names every field that a request may have', () => {
    expect(Object.keys(requestFields).filter((field) => !readme.includes(`\`${field}\``))).toEqual([]);
  });

  test('names every flag, or leaves it to --help, and every code it names exists', () => {
    let help = '';
    expect(() => readOptions(['--help'], { env: {}, stdout: { write: (text: string) => (help += text) } })).toThrow();
    const flags = [...readme.matchAll(/`(--[a-z-]+)`/g)].map(([, flag = '']) => flag);
    expect(flags.length).toBeGreaterThan(15);
    expect(flags.filter((flag) => !help.includes(flag))).toEqual([]);
    const codes = [...readme.matchAll(/`([A-Z]+_[A-Z_]+)`|"code": "([A-Z_]+)"/g)]
      .flatMap(([, a, b]) => a ?? b ?? [])
      .filter((code) => !code.startsWith('LENGTH_ADAPTIVE'));
    expect(codes.filter((code) => !(code in statusOf))).toEqual([]);
  });
});
