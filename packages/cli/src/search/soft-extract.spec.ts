import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import type { LearnedConfig } from './learned-config.js';
import { sourceOf } from './soft-extract.js';
import { readJson } from '../testing/files.js';
import { runMain, small } from '../testing/run-main.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { writeToyProject } from '../testing/tiny-model.js';

const folder = temporaryFolder();
const at = (...path: readonly string[]): string => join(folder, ...path);

beforeAll(() => writeToyProject(folder));

const search = (...argv: readonly string[]) =>
  runMain([
    'search',
    ...small,
    '--model',
    at('model'),
    '--data',
    at('dev.tsv'),
    '--population',
    '4',
    '--generations',
    '0',
    '--no-latency',
    '--metric',
    'fidelity',
    ...argv,
  ]);

interface Result {
  readonly learned: readonly LearnedConfig[];
  readonly paretoSet: readonly { readonly point: { readonly lengths: readonly number[] }; readonly source?: string }[];
  readonly command: string;
}

test('configurations that soft-extract learned are searched with the others, marked, and kept for a search that goes on', async () => {
  const before = tf.memory().numTensors;
  const learning = [
    '--soft-extract',
    '0.001,0.3',
    '--train',
    at('train.tsv'),
    '--soft-extract-epochs',
    '2',
    '--soft-extract-limit',
    '64',
    '--out',
    at('out'),
  ];
  const first = await search(...learning, '--json');
  expect(first).toMatchObject({ code: 0 });
  expect(tf.memory().numTensors).toBe(before);
  const { learned, paretoSet, command } = JSON.parse(first.stdout) as Result;
  expect(learned.map(({ lambda }) => lambda)).toEqual([0.001, 0.3]);
  const [dear, cheap] = learned.map(({ lengthConfig }) => lengthConfig.reduce((sum, ratio) => sum + ratio, 0));
  expect(cheap).toBeLessThan(dear ?? 0);
  // Nothing else is as cheap, so it is worth having; what the search found itself carries no mark.
  expect(paretoSet[0]).toMatchObject({ point: { lengths: learned[1]?.lengthConfig }, source: 'soft-extract 0.3' });
  expect(paretoSet.at(-1)).not.toHaveProperty('source');
  expect(command).toContain('--soft-extract 0.001,0.3 --train');
  expect(readJson(at('out/length_adaptive.json'))).toMatchObject({
    paretoSet: [{ source: 'soft-extract 0.3' }, ...paretoSet.slice(1).map(() => expect.anything() as unknown)],
  });

  const longer = await runMain([
    'search',
    '--resume',
    '--model',
    at('model'),
    '--out',
    at('out'),
    '--generations',
    '1',
    '--json',
  ]);
  expect(longer).toMatchObject({ code: 0, stderr: expect.not.stringContaining('learned') as string });
  expect((JSON.parse(longer.stdout) as Result).learned).toEqual(learned);
});

test.each<[string, readonly string[], number, string]>([
  ['no training examples', ['--soft-extract', '0.001'], 2, '--train is missing'],
  ['training examples without it', ['--train', 'train.tsv'], 2, '--train is for --soft-extract LAMBDAS'],
  ['its epochs without it', ['--soft-extract-epochs', '2'], 2, '--soft-extract-epochs is for --soft-extract LAMBDAS'],
  [
    'a price that is none',
    ['--soft-extract', 'cheap', '--train', 'train.tsv'],
    2,
    '--soft-extract is "cheap"; expected a number of at least 0, or several',
  ],
])('%s', async (_, argv, code, message) => {
  expect(await search(...argv, '--out', at('nowhere'))).toMatchObject({
    code,
    stdout: '',
    stderr: expect.stringContaining(message) as string,
  });
});

test('stopped while it learns, nothing is left to resume', async () => {
  const stop = new AbortController();
  stop.abort();
  const argv = [
    'search',
    ...small,
    '--model',
    at('model'),
    '--data',
    at('dev.tsv'),
    '--out',
    at('stopped'),
    '--soft-extract',
    '0.01',
    '--train',
    at('train.tsv'),
  ];
  expect(await runMain(argv, { signal: stop.signal })).toMatchObject({
    code: 130,
    stderr: expect.stringContaining('Stopped while soft-extract was learning') as string,
  });
  const resumed = await runMain(['search', '--resume', '--model', at('model'), '--out', at('stopped')]);
  expect(resumed).toMatchObject({ code: 4, stderr: expect.stringContaining('Leave --resume out') as string });
});

test('stopped between two prices, the first is kept; going on ends as if it had never stopped', async () => {
  const learning = ['--soft-extract', '0.001,0.3', '--train', at('train.tsv'), '--soft-extract-limit', '64'];
  const argv = (out: string) => [
    'search',
    ...small,
    '--model',
    at('model'),
    '--data',
    at('dev.tsv'),
    '--population',
    '4',
    '--generations',
    '1',
    '--no-latency',
    ...learning,
    '--out',
    at(out),
  ];
  expect((await runMain(argv('whole'))).code).toBe(0);
  const stop = new AbortController();
  const watch = setInterval(() => {
    if (existsSync(at('parts/soft-extract.json'))) stop.abort();
  }, 1);
  const stopped = await runMain(argv('parts'), { signal: stop.signal });
  clearInterval(watch);
  expect(stopped).toMatchObject({
    code: 130,
    stderr: expect.stringMatching(/1 of 2 configurations are saved; go on with: lat search --resume --model/) as string,
  });
  const resume = ['search', '--resume', '--model', at('model'), '--out', at('parts')];
  expect((await runMain(resume)).code).toBe(0);
  for (const file of ['length_adaptive.json', 'soft-extract.json'])
    expect(readJson(at('parts', file))).toEqual(readJson(at('whole', file)));

  const kept = readFileSync(at('parts/soft-extract.json'), 'utf8');
  const refused = async (content: string): Promise<string> => {
    writeFileSync(at('parts/soft-extract.json'), content);
    const { code, stderr } = await runMain(resume);
    expect(code).toBe(3);
    return stderr;
  };
  expect(await refused(kept.slice(0, 50))).toMatch(/soft-extract.json cannot be used: .* Leave --resume out/);
  expect(await refused('[]')).toContain('does not hold what soft-extract learned');
  expect(await refused(kept.replace(/"training":"../, '"training":"zz'))).toContain(
    'The training examples are not those',
  );
  expect(await refused(kept.replace('"lengthConfig":[', '"lengthConfig":[0.99,'))).toContain(
    'the configurations that soft-extract learned',
  );
});

test('held-out examples that soft-extract learned from are told', async () => {
  const shared = await search(
    '--soft-extract',
    '0.01',
    '--train',
    at('train.tsv'),
    '--report-data',
    at('train.tsv'),
    '--out',
    at('shared'),
    '--json',
  );
  expect(shared).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/\d+ held-out examples were searched on or learned from too/) as string,
  });
  expect(JSON.parse(shared.stdout)).toMatchObject({ heldOutExamples: 96, sharedExamples: 96 });
  expect(readFileSync(at('shared/report.html'), 'utf8')).toContain(
    '96 of them among the searched ones or those soft-extract learned from',
  );
});

test('the full length is never marked, and one configuration may come from several prices', () => {
  const learned = [{ lambda: 0.1, lengthConfig: [1, 1] }, { lambda: 0.2, lengthConfig: [0.5, 0.25] }, { lambda: 0.3, lengthConfig: [0.5, 0.25] }]; // prettier-ignore
  expect(sourceOf({ lengths: [1, 1] }, learned)).toBeUndefined();
  expect(sourceOf({ lengths: [0.5, 0.25] }, learned)).toBe('soft-extract 0.2, 0.3');
  expect(sourceOf({ lengths: [0.5, 0.5] }, learned)).toBeUndefined();
});
