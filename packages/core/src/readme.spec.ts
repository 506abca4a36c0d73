import { readFileSync } from 'node:fs';
import path from 'node:path';
import { useTestBackend } from './testing/backends.js';

const root = path.join(__dirname, '..');

const readme = readFileSync(path.join(root, 'README.md'), 'utf8');

test('the example of the README is the one that runs here', async () => {
  expect(readme).toContain(readFileSync(path.join(root, 'examples/quick-start.ts'), 'utf8'));

  await useTestBackend('cpu');
  const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  await import('../examples/quick-start.js');
  const printed = log.mock.calls.map(([value]: unknown[]) => value);
  log.mockRestore();
  expect(printed.slice(0, 2)).toEqual([[2, 8, 16], [[6, 3], [4, 2], [2, 2]]]); // prettier-ignore
  expect(printed[2]).toBeGreaterThan(0.5);
  expect(printed[2]).toBeLessThan(1);
});

test("a reducer of one's own ranks as the README says", async () => {
  expect(readme).toContain(readFileSync(path.join(root, 'examples/own-reducer.ts'), 'utf8'));

  await useTestBackend('cpu');
  const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  await import('../examples/own-reducer.js');
  expect(log.mock.calls).toEqual([[[[6], [4], [2]]]]);
  log.mockRestore();
});
