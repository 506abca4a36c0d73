/** One search over several reducers and a floor of lengths, and what answers by its points. */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OperatingPoint } from '@length-adaptive/core';
import { readJson, readLines } from '../testing/files.js';
import { runMain, small } from '../testing/run-main.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { writeToyProject } from '../testing/tiny-model.js';

const folder = temporaryFolder();
const at = (...path: readonly string[]): string => join(folder, ...path);
interface Found {
  readonly point: OperatingPoint;
  readonly score: number;
  readonly cost: number;
}
const text = 'good phone and a bad case of the film';

beforeAll(() => writeToyProject(folder));

const search = (name: string, ...argv: readonly string[]) =>
  runMain([
    ...['search', ...small, '--data', at('dev.tsv'), '--metric', 'fidelity', '--no-latency', '--no-fewer-layers'],
    ...['--population', '8', '--generations', '2', '--model', at(name), ...argv],
  ]);
const paretoSetOf = (name: string): readonly Found[] =>
  (readJson(at(name, 'length_adaptive.json')) as unknown as { readonly paretoSet: readonly Found[] }).paretoSet;

test('one Pareto set over reducers and floors names both, and goes on only with the same choice', async () => {
  cpSync(at('model'), at('merged'), { recursive: true });
  const asked = ['--reducers', 'attention,tome,pool', '--spend', 'lengths,floor'];
  const { code, stdout, stderr } = await search('merged', ...asked);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const found = paretoSetOf('merged').map(({ point }) => point);
  const scored = found.filter(({ reducer, floor }) => reducer !== undefined || floor !== undefined);
  expect(scored.length).toBeGreaterThan(0);
  for (const { reducer = 'tome' } of found) expect(['tome', 'pool']).toContain(reducer);
  expect(stdout).toMatch(/, (by (tome|pool)|above \d+ tokens)/);
  const page = readFileSync(at('merged/search/report.html'), 'utf8');
  expect(page).toContain('<h2>What becomes of the tokens</h2>');
  expect(page).toMatch(/<tr><th>layer 2<\/th><td>\d+<\/td><td>\[CLS\] .*<s>\w+<\/s>.*\[SEP\]<\/td>/);
  expect(page.includes('Became one')).toBe(found.some(({ reducer }) => reducer !== undefined));
  expect(readLines(at('merged/search/metrics.ndjson'))).toHaveLength(3);
  expect((await search('merged', '--resume')).code).toBe(0);
  expect(paretoSetOf('merged').map(({ point }) => point)).toEqual(found);
  const other = await search('merged', '--resume', '--reducers', 'attention,tome');
  expect([other.code === 0, other.stderr]).toEqual([false, expect.stringContaining('--reducers') as string]);
});

test.each<[string, readonly string[], RegExp]>([
  ['one that nobody knows', ['--reducers', 'attention,best'], /no reducer "best"/],
  ['one that learns weights', ['--reducers', 'skim'], /skim learns weights of its own/],
  [
    'several by time',
    ['--reducers', 'attention,tome', '--objective', 'latency'],
    /by time, which is predicted for one/,
  ],
])('a search over reducers, of which there is %s, is refused before anything is scored', async (_, argv, message) => {
  cpSync(at('model'), at('refused'), { recursive: true });
  const { code, stderr } = await search('refused', ...argv);
  expect(code).not.toBe(0);
  expect(stderr).toMatch(message);
});

test('what its points say is run, shown, exported and answered by, on both engines', async () => {
  cpSync(at('model'), at('chosen'), { recursive: true });
  const points: readonly Found[] = [
    { point: { lengths: [0.6, 0.4], reducer: 'tome', floor: 4 }, score: 0.8, cost: 0.5 },
    { point: { lengths: [1, 1] }, score: 0.9, cost: 1 },
  ];
  writeFileSync(
    at('chosen/length_adaptive.json'),
    JSON.stringify({ format: 'length-adaptive', version: 2, paretoSet: points }),
  );
  const exported = await runMain(['export', '--model', at('chosen'), '--out', at('exported'), '--precision', 'fp32']);
  expect(exported.code).toBe(0);
  expect(readdirSync(at('exported/onnx')).sort()).toEqual(['model.onnx', 'model.tome.onnx']);
  const scores: number[] = [];
  for (const engine of [
    ['--model', at('chosen'), '--engine', 'tfjs', '--backend', 'cpu'],
    ['--model', at('chosen'), '--engine', 'onnx'],
    ['--model', at('exported'), '--engine', 'onnx'],
  ]) {
    const predict = async (config: string) => {
      const { stdout } = await runMain(['predict', '--json', ...engine, '--length-config', config, text]);
      return JSON.parse(stdout) as { score: number; point: OperatingPoint; keptTokens: number[]; tokens: number };
    };
    const answer = await predict('0');
    expect(await predict('0.6,0.4;floor=4;reducer=tome')).toEqual(answer);
    expect(answer.point).toEqual(points[0]?.point);
    const n = answer.tokens;
    expect(answer.keptTokens).toEqual([0.6, 0.4].map((share) => Math.ceil(4 + share * (n - 4))));
    expect((await predict('0.6,0.4;floor=4')).score).not.toBeCloseTo(answer.score, 6);
    scores.push(answer.score);
  }
  for (const score of scores) expect(score).toBeCloseTo(scores[0] ?? 0, 5);
  const { stdout } = await runMain([
    'evaluate',
    '--model',
    at('chosen'),
    ...small,
    '--data',
    at('dev.tsv'),
    '--length-config',
    '0',
  ]);
  expect(stdout).toMatch(/0\.60 0\.40, above 4 tokens, by tome/);
});
