/** Points that leave whole layers out, from the search to what answers by them, on both engines. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OperatingPoint } from '@length-adaptive/core';
import { leavesLayersOut } from '@length-adaptive/core';
import { readJson } from '../testing/files.js';
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
interface Written {
  readonly search: { readonly full: Found; readonly fewerLayers?: readonly Found[] };
  readonly paretoSet: readonly Found[];
}

beforeAll(() => writeToyProject(folder));

const search = (...argv: readonly string[]) =>
  runMain(['search', ...small, '--data', at('dev.tsv'), '--metric', 'fidelity', '--no-latency', ...argv]);
const writtenBy = (name: string): Written => readJson(at(name, 'length_adaptive.json')) as Written;

test('a search over lengths and depth keeps such points; every report has the best with fewer layers beside the others', async () => {
  cpSync(at('model'), at('deep'), { recursive: true });
  const deep = ['--model', at('deep'), '--population', '6', '--generations', '2'];
  const { code, stdout } = await search(...deep, '--spend', 'lengths,depth');
  expect(code).toBe(0);
  const { search: record, paretoSet } = writtenBy('deep');
  expect(paretoSet.some(({ point }) => leavesLayersOut(point))).toBe(true);
  expect(record.fewerLayers?.map(({ point }) => point.lengths)).toEqual([[1, 1]]);
  expect(stdout).toMatch(/, without layer [01]\n/);
  expect(stdout).toMatch(
    /^fewer layers, every token +cost +fidelity +left out +of the set, for no more\n1 of 2 +0\.2\d\d /m,
  );
  expect(readFileSync(at('deep/search/report.html'), 'utf8')).toContain('Fewer layers in place of fewer tokens');

  const other = await search(...deep, '--spend', 'lengths', '--resume');
  expect([other.code, other.stderr]).toEqual([
    expect.any(Number),
    expect.stringMatching(/--spend is \["lengths"\] but the run .* began with/) as string,
  ]);
  expect(other.code).not.toBe(0);
  const again = await search(...deep, '--resume');
  expect(again.code).toBe(0);
  expect(writtenBy('deep')).toEqual({ search: record, paretoSet, format: 'length-adaptive', version: 2 });
});

test('of lengths alone its points leave none out, and fewer layers are not scored where nobody wants it', async () => {
  cpSync(at('model'), at('lengths'), { recursive: true });
  const lengths = ['--model', at('lengths'), '--population', '4', '--generations', '1'];
  expect((await search(...lengths)).code).toBe(0);
  const { search: record, paretoSet } = writtenBy('lengths');
  expect(paretoSet.some(({ point }) => leavesLayersOut(point))).toBe(false);
  expect(record.fewerLayers?.every(({ point }) => leavesLayersOut(point))).toBe(true);
  expect(record.fewerLayers?.length).toBeGreaterThan(0);
  const { stdout } = await search(...lengths, '--no-fewer-layers');
  expect(stdout).not.toContain('fewer layers');
  expect(writtenBy('lengths').search.fewerLayers).toBeUndefined();
});

describe('a model whose Pareto set leaves layers out', () => {
  const text = 'good phone and a bad case';
  const points: readonly Found[] = [
    { point: { lengths: [1, 1], skip: [1] }, score: 0.8, cost: 0.5 },
    { point: { lengths: [1, 1] }, score: 0.9, cost: 1 },
  ];
  beforeAll(() => {
    cpSync(at('model'), at('chosen'), { recursive: true });
    const file = { format: 'length-adaptive', version: 2, paretoSet: points };
    writeFileSync(at('chosen/length_adaptive.json'), JSON.stringify(file));
  });
  interface Answered {
    readonly label: string;
    readonly score: number;
    readonly cost: number;
    readonly point: OperatingPoint;
  }
  const predict = async (...argv: readonly string[]): Promise<Answered> => {
    const { code, stdout, stderr } = await runMain(['predict', '--json', ...argv, text]);
    if (code !== 0) throw new Error(stderr);
    return JSON.parse(stdout) as Answered;
  };

  test('answers at them by number, by their text and for a budget, on both engines and from an exported folder', async () => {
    const exported = await runMain(['export', '--model', at('chosen'), '--out', at('exported'), '--precision', 'fp32']);
    expect(exported.code).toBe(0);
    const engines = [
      ['--model', at('chosen'), '--engine', 'tfjs', '--backend', 'cpu'],
      ['--model', at('chosen'), '--engine', 'onnx'],
      ['--model', at('exported'), '--engine', 'onnx'],
    ];
    const scores: number[] = [];
    for (const engine of engines) {
      const found = await predict(...engine, '--length-config', '0');
      for (const asked of [
        ['--length-config', 'full;skip=1'],
        ['--budget', 'cost=0.6'],
      ])
        expect(await predict(...engine, ...asked)).toEqual(found);
      expect(found.point).toEqual({ lengths: [1, 1], skip: [1] });
      expect(found.cost).toBeLessThan(0.6);
      scores.push(found.score);
      expect((await predict(...engine)).score).not.toBeCloseTo(found.score, 6);
    }
    for (const score of scores) expect(score).toBeCloseTo(scores[0] ?? 0, 5);
  });

  test('shows in the picture of a text which layer is left out', async () => {
    const { stdout } = await runMain([
      ...['inspect', '--model', at('chosen'), '--engine', 'tfjs', '--backend', 'cpu', '--length-config', '0', text],
    ]);
    expect(stdout).toMatch(/^layer 1 +\d+ {2}/m);
    expect(stdout).toMatch(/^layer 2, left out +\d+ {2}/m);
  });

  test.each<[string, readonly string[], RegExp]>([
    ['a layer that is none', ['predict', '--length-config', 'full;skip=2'], /"skip" is \[2\], expected layer numbers/],
    ['all of them', ['predict', '--length-config', 'full;skip=0,1'], /at least one must run/],
    ['a word', ['predict', '--length-config', 'full;skip=last'], /layers to leave out are "last"/],
    [
      'a file that has a point built in',
      ['export', '--choose-layers', '--length-config', '0'],
      /--choose-layers leaves the configuration open/,
    ],
    ['what is nothing to spend', ['search', '--spend', 'layers', '--data', 'dev.tsv'], /--spend .*layers.*depth/s],
  ])('%s is refused', async (_, [command = '', ...argv], message) => {
    const { code, stderr } = await runMain([
      command,
      '--model',
      at('chosen'),
      ...argv,
      ...(command === 'predict' ? [text] : []),
    ]);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(message);
  });

  test('is measured at them', async () => {
    const { stdout } = await runMain([
      ...['bench', '--json', '--model', at('chosen'), '--engines', 'onnx', '--lengths', '8', '--batch', '1'],
      ...['--seconds', '0', '--configs', '0;full;skip=0'],
    ]);
    const { configs } = JSON.parse(stdout) as { configs: { name: string; point: OperatingPoint }[] };
    expect(configs.map(({ point: { skip } }) => skip)).toEqual([undefined, [1], [0]]);
  });
});
