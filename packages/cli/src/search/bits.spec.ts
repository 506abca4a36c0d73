/** Bits of weights, from the search to what answers by them: the front of a real model, its files, and a server's folder. */
import { cpSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { OperatingPoint } from '@length-adaptive/core';
import { encodeExamples, openText, parseExamples, pointScorer, pointText } from '@length-adaptive/models';
import { openOnnx } from '@length-adaptive/onnx';
import { readJson } from '../testing/files.js';
import { runMain } from '../testing/run-main.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { writeToyProject } from '../testing/tiny-model.js';

const folder = temporaryFolder();
const at = (...path: readonly string[]): string => join(folder, ...path);

interface Found {
  readonly point: OperatingPoint;
  readonly score: number;
  readonly cost: number;
  readonly fileBytes: number;
  readonly latencyMs?: number;
}
interface Written {
  readonly search: {
    readonly full: Found;
    readonly machine?: string;
    readonly fileSize?: boolean;
    readonly calibration?: { readonly machine: string; readonly otherBits: readonly { readonly bits: number }[] };
  };
  readonly paretoSet: readonly Found[];
}
const writtenBy = (name: string): Written => readJson(at(name, 'length_adaptive.json')) as unknown as Written;

const onnx = ['--engine', 'onnx', '--threads', '1'];
const search = (model: string, ...argv: readonly string[]) =>
  runMain(['search', ...onnx, '--model', at(model), '--data', at('dev.tsv'), '--metric', 'fidelity', ...argv]);

beforeAll(async () => {
  await writeToyProject(folder);
  const made = ['--model', at('model'), '--texts', at('dev.tsv'), '--out', at('ranked')];
  const { code, stderr } = await runMain(['factorise', ...made, '--threads', '1']);
  if (code !== 0) throw new Error(stderr);
});

describe('a search over lengths, ranks and bits', () => {
  let stdout: string;
  beforeAll(async () => {
    const limits = ['--population', '10', '--generations', '2', '--no-latency', '--no-fewer-layers'];
    const outcome = await search('ranked', '--spend', 'lengths,ranks,bits', ...limits);
    if (outcome.code !== 0) throw new Error(outcome.stderr);
    ({ stdout } = outcome);
  });

  test('has points of both bits, with the size of their files, in every report', () => {
    const { search: record, paretoSet } = writtenBy('ranked');
    expect(record.fileSize).toBe(true);
    expect(new Set(paretoSet.map(({ point }) => point.bits))).toEqual(new Set([8, undefined]));
    expect(stdout).toMatch(/file, MB +lengths\n/);
    expect(stdout).toContain(', 8 bits');
    expect(readFileSync(at('ranked/search/report.html'), 'utf8')).toMatch(
      /<th>file, MB<\/th>.*MACs and the size of the file/s,
    );
    expect(readFileSync(at('ranked/search/pareto.svg'), 'utf8')).toMatch(/class="small".*fidelity, searched, 8 bits/s);
  });

  test('states scores that a model which is opened anew gives to the digit', async () => {
    const { paretoSet, search: record } = writtenBy('ranked');
    const { model, tokenizer } = await openOnnx(at('ranked'), { threads: 1 });
    const examples = encodeExamples(tokenizer, model.task, parseExamples(await openText(at('dev.tsv')), 'dev.tsv'));
    const points = [record.full, ...paretoSet];
    const scores = await pointScorer(
      model,
      examples,
      'fidelity',
    )(
      points.map(({ point }) => point),
      { keys: points.map(({ point }) => pointText(point)) },
    );
    points.forEach(({ point, score }, i) => {
      if (point.bits === 8) expect([pointText(point), scores[i]]).toEqual([pointText(point), score]);
      expect(Math.abs((scores[i] ?? Number.NaN) - score)).toBeLessThan(1e-9); // a race sums in another order
    });
    model.dispose();
  });

  test('states sizes of files that are written so', async () => {
    const { paretoSet } = writtenBy('ranked');
    const weights = new Map(
      paretoSet.map(({ point: { ranks, bits = 32 }, fileBytes }) => [pointText({ ranks, bits }), fileBytes]),
    );
    expect(weights.size).toBeGreaterThan(1);
    let run = 0;
    for (const [text, bytes] of weights) {
      const out = at(`exported-${run++}`);
      const built = ['--length-config', text, '--no-verify'];
      const { code, stderr } = await runMain(['export', '--model', at('ranked'), '--out', out, ...built]);
      expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
      const file = text.endsWith('bits=8') ? 'model_quantized.onnx' : 'model.onnx';
      expect(statSync(join(out, 'onnx', file)).size).toBe(bytes);
    }
  });

  test('its points answer by number, by their text and for a budget; TensorFlow.js refuses the one and chooses others', async () => {
    const { paretoSet } = writtenBy('ranked');
    const number = paretoSet.findIndex(({ point }) => point.bits === 8);
    const predict = (...argv: readonly string[]) =>
      runMain(['predict', '--json', '--model', at('ranked'), ...argv, 'a good film']);
    const byNumber = await predict(...onnx, '--length-config', String(number));
    expect(byNumber.code).toBe(0);
    const answer = JSON.parse(byNumber.stdout) as { point: OperatingPoint };
    expect(answer.point).toEqual(paretoSet[number]?.point);
    const byText = await predict(...onnx, '--length-config', pointText(answer.point));
    expect(JSON.parse(byText.stdout)).toEqual(answer);
    const tensors = ['--engine', 'tfjs', '--backend', 'cpu'];
    const refused = await predict(...tensors, '--length-config', String(number));
    expect([refused.code, refused.stderr]).toEqual([
      expect.any(Number),
      expect.stringMatching(
        /OPERATING_POINT_INVALID|weights of 8 bits, and the model as it was opened on tfjs has 32/,
      ) as string,
    ]);
    expect(refused.code).not.toBe(0);
    const chosen = await predict(...tensors, '--budget', `score=${Math.min(...paretoSet.map(({ score }) => score))}`);
    expect(chosen.code).toBe(0);
    expect((JSON.parse(chosen.stdout) as { point: OperatingPoint }).point.bits).toBeUndefined();
  });
});

test('by time, points in fewer bits are timed, and the front says on which machine', async () => {
  cpSync(at('model'), at('timed'), { recursive: true });
  const limits = ['--population', '4', '--generations', '1', '--speed-samples', '2', '--speed-repeats', '1'];
  const timed = ['--spend', 'lengths,bits', '--objective', 'latency', '--file-size', '--no-fewer-layers', ...limits];
  const { code, stderr, stdout } = await search('timed', ...timed);
  expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
  const { search: record, paretoSet } = writtenBy('timed');
  expect(record.calibration).toMatchObject({ machine: record.machine, otherBits: [{ bits: 8 }] });
  expect(record.machine).toMatch(/ cores, /);
  for (const { latencyMs, fileBytes } of paretoSet) {
    expect(latencyMs).toBeGreaterThan(0);
    expect(fileBytes).toBeGreaterThan(0);
  }
  expect(stdout).toMatch(/predicted +speed-up +file, MB/);
});

test.each([
  [
    ['--spend', 'lengths,bits', '--engine', 'tfjs', '--backend', 'cpu'],
    /spend bits, and the model on tfjs runs in 32 alone/,
  ],
  [['--spend', 'lengths,bits', '--engine', 'onnx', '--precision', 'int8'], /opened in int8\. Open it in fp32/],
  [['--file-size', '--engine', 'tfjs', '--backend', 'cpu'], /File sizes are to be weighed/],
  [['--spend', 'lengths,nibbles', '--engine', 'onnx'], /--spend.*expected some of lengths, floor, depth, ranks, bits/],
])('%j is refused', async (argv, message) => {
  const { code, stderr } = await runMain([
    'search',
    '--model',
    at('model'),
    '--data',
    at('dev.tsv'),
    '--evaluations',
    '8',
    '--out',
    at('refused'),
    ...argv,
  ]);
  expect(code).not.toBe(0);
  expect(stderr).toMatch(message);
});
