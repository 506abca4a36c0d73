import { join } from 'node:path';
import { runMain, small } from '../testing/run-main.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { writeTinyModel } from '../testing/tiny-model.js';

const model = join(temporaryFolder(), 'model');
const text = 'The film was REALLY great, and slowly moving!';

beforeAll(() => writeTinyModel(model));

const inspect = (argv: readonly string[], options = {}) =>
  runMain(['inspect', ...small, '--model', model, ...argv], options);

test('a row a layer, dropped tokens as dots that keep the columns', async () => {
  const { code, stdout, stderr } = await inspect(['--length-config', '0.6,0.3', text]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [whole = '', first = '', second = '', empty, summary] = stdout.split('\n');
  expect(whole).toBe('text     12  [CLS] The film was REALLY great, and slowly moving! [SEP]');
  for (const row of [first, second]) {
    expect(row).toHaveLength(whole.length);
    expect(row).toContain('[CLS]');
    expect(row).toContain('·');
  }
  expect(first).toMatch(/^layer 1 {3}8 {2}/);
  expect(second).toMatch(/^layer 2 {3}4 {2}/);
  // What a layer dropped never comes back.
  expect([...first].every((character, i) => character !== '·' || second[i] === '·')).toBe(true);
  expect(empty).toBe('');
  expect(summary).toMatch(/^(good|bad) \d+\.\d% {2}cost 0\.\d\d of the full MACs {2}12 -> 4 tokens$/);
});

test('what was cut off, and what the model cannot read though it stands in the picture, is told', async () => {
  const told = async (...argv: readonly string[]): Promise<string[]> =>
    (await inspect(argv)).stdout.trimEnd().split('\n').slice(5);
  expect(await told('a great film')).toEqual([]);
  expect(await told('a great 映 film, très bon')).toEqual(['unknown to the model: 映, très, bon']);
  expect(await told('--truncate', 'great '.repeat(50))).toEqual(['cut off: the last 12 of 52 tokens']);
});

test('on a terminal dropped tokens are dimmed and long texts are wrapped', async () => {
  const { stdout } = await inspect(['--length-config', '0.6,0.3', text], { terminal: 40 });
  expect(stdout).toContain('\x1b[2m');
  expect(stdout).not.toContain('·');
  for (const line of stdout
    .replace(/\p{Cc}\[\d+m/gu, '')
    .split('\n')
    .slice(0, -3))
    expect(line.length).toBeLessThanOrEqual(40);
});

test('which tokens became one, layer by layer, of a model whose tokens merge', async () => {
  const { stdout } = await inspect(['--reducer', 'pool', '--length-config', '0.6,0.3', text]);
  expect(stdout.split('\n').slice(4, 6)).toEqual([
    'layer 1 made one of  [The film] [was REALLY] [, and] [slowly moving]',
    'layer 2 made one of  [The film was REALLY great] [, and slowly moving !]',
  ]);
  const { layers, mergedInto } = JSON.parse(
    (await inspect(['--json', '--reducer', 'pool', '--length-config', '0.6,0.3', text])).stdout,
  ) as { layers: number[][]; mergedInto: number[][] };
  mergedInto.forEach((owners, layer) => {
    expect(owners).toHaveLength(12);
    expect([...new Set(owners)].sort((a, b) => a - b)).toEqual(layers[layer]);
    for (const kept of layers[layer] ?? []) expect(owners[kept]).toBe(kept);
  });
  expect((await inspect(['--length-config', '0.6,0.3', text])).stdout).not.toContain('made one of');
});

test('pairs and JSON', async () => {
  const { stdout } = await inspect(['--json', '--length-config', '0.6,0.3', 'a great film', '--pair', 'a dull story']);
  expect(JSON.parse(stdout)).toMatchObject({
    prediction: { tokens: 9 },
    layers: [expect.any(Array), expect.any(Array)],
    encoding: { tokens: expect.any(Array) },
  });
});

test('scores: a line a token, what ranked it in each layer that it entered, the same on both engines', async () => {
  const argv = ['--length-config', '0.6,0.3', '--scores', text];
  const { stdout } = await inspect(argv);
  const lines = stdout.trimEnd().split('\n').slice(4);
  expect(lines[0]).toMatch(/^ +layer 1 {2}layer 2$/);
  expect(lines.slice(1, 13).map((line) => line.split(/ +/)[0])).toEqual(
    '[CLS] The film was REALLY great , and slowly moving ! [SEP]'.split(' '),
  );
  const picture = stdout.split('\n')[1] ?? '';
  const gone = lines.slice(1, 13).filter((line) => line.endsWith('·'));
  expect(gone).toHaveLength(12 - Number(picture.split(/ +/)[2]));
  const scores = async (engine: string): Promise<(number | null)[][]> =>
    (JSON.parse((await runMain(['inspect', '--engine', engine, '--threads', '1', '--model', model, ...argv, '--json', '--quiet'])).stdout) as { scores: (number | null)[][] }) // prettier-ignore
    .scores;
  const [ours, theirs] = [await scores('onnx'), await scores('tfjs')];
  ours.forEach((layer, i) =>
    layer.forEach((score, token) =>
      score === null
        ? expect(theirs[i]?.[token]).toBeNull()
        : expect(score).toBeCloseTo(theirs[i]?.[token] ?? Number.NaN, 4),
    ),
  );
  expect(ours.map((layer) => layer.filter((score) => score !== null).length)).toEqual([12, 8]);
});

test('a text is needed, and one only', async () => {
  expect(await inspect([])).toMatchObject({ code: 2, stdout: '' });
  expect(await inspect(['one', 'two'])).toMatchObject({ code: 2, stdout: '' });
  expect(await inspect([''])).toMatchObject({ code: 3, stderr: expect.stringContaining('has no tokens') });
});
