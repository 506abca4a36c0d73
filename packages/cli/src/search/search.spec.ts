import { cpSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { readJson, readLines } from '../testing/files.js';
import { runMain, small } from '../testing/run-main.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { writeToyProject } from '../testing/tiny-model.js';

const folder = temporaryFolder();
const at = (...path: readonly string[]): string => join(folder, ...path);
const training = { seed: 1, tool: 'by hand' };

beforeAll(async () => {
  await writeToyProject(folder);
  writeFileSync(
    at('model/length_adaptive.json'),
    JSON.stringify({ format: 'length-adaptive', version: 2, training, paretoSet: [], note: 'kept' }),
  );
});

const search = (...argv: readonly string[]) =>
  runMain(['search', ...small, '--data', at('dev.tsv'), '--population', '6', ...argv]);

test('writes the Pareto set into the model, and chart, report and checkpoint beside it', async () => {
  const before = tf.memory().numTensors;
  const { code, stdout } = await search(
    '--model',
    at('model'),
    '--generations',
    '2',
    '--report-data',
    at('test.tsv'),
    '--speed-samples',
    '2',
    '--speed-repeats',
    '1',
  );
  expect(code).toBe(0);
  expect(tf.memory().numTensors).toBe(before);
  expect(stdout.split('\n')[0]).toMatch(/^number +cost +accuracy +accuracy, held-out +flips +speed-up +lengths$/);

  const ours = readJson(at('model/length_adaptive.json')) as {
    paretoSet: { cost: number; score: number }[];
    search: { full: { latencyMs: number } };
  };
  expect(ours).toMatchObject({
    training,
    note: 'kept',
    search: {
      seed: 42,
      generations: 2,
      metric: 'accuracy',
      split: 'dev.tsv',
      examples: 40,
      heldOut: { split: 'test.tsv', examples: 40 },
      full: { cost: 1, flips: 0 },
      speed: { samples: 2 },
    },
  });
  expect(ours.paretoSet.length).toBeGreaterThan(0);
  for (const [i, point] of ours.paretoSet.entries()) {
    expect(point).toMatchObject({
      point: { lengths: expect.any(Array) },
      heldOutScore: expect.any(Number),
      flips: expect.any(Number),
      speedup: expect.any(Number),
      latencyMs: expect.any(Number),
      macs: expect.any(Number),
    });
    const next = ours.paretoSet[i + 1];
    if (next) expect([next.cost > point.cost, next.score > point.score]).toEqual([true, true]);
  }
  expect(readFileSync(at('model/search/pareto.svg'), 'utf8')).toMatch(/^<svg [^]*<\/svg>\n$/);
  expect(readFileSync(at('model/search/report.html'), 'utf8')).toContain('lat search --model');
  expect(readLines(at('model/search/metrics.ndjson')).map(({ generation }) => generation)).toEqual([0, 1, 2]);
  expect(readJson(at('model/search/result.json'))).toMatchObject({
    evaluations: expect.any(Number),
    command: expect.any(String),
    baselines: [
      { padding: 'none', ratio: 1, latencyMs: ours.search.full.latencyMs, latencyRatio: 1 },
      { padding: 'batch', ratio: expect.any(Number), latencyMs: expect.any(Number) },
      { padding: 'maximum', tokens: 40, ratio: expect.any(Number) },
    ],
    withoutLengthDrop: {
      heldOut: true,
      gaps: [{ target: 0.5 }, { target: 0.33 }],
      command: expect.stringContaining('--length-drop-epochs 2'),
    },
  });
  expect(stdout).toMatch(/^full length +tokens +MACs +time$/m);
  expect(stdout).toContain('never trained with LengthDrop');
  expect(stdout).not.toContain('too good');

  const predicted = await runMain([
    'predict',
    ...small,
    '--model',
    at('model'),
    '--length-config',
    '0',
    'a great film',
    '--json',
  ]);
  expect(JSON.parse(predicted.stdout)).toMatchObject({
    point: (ours.paretoSet[0] as unknown as { point: { lengths: number[] } }).point,
  });
});

test('stopped and resumed, a search ends with the same result', async () => {
  for (const name of ['whole', 'parts'])
    cpSync(at('model'), at(name), { recursive: true, filter: (path) => !path.endsWith('search') });
  expect((await search('--model', at('whole'), '--generations', '4', '--no-latency')).code).toBe(0);

  const stop = new AbortController();
  const watch = setInterval(() => {
    if (existsSync(at('parts/search/search-checkpoint.json'))) stop.abort();
  }, 1);
  const argv = [
    'search',
    ...small,
    '--data',
    at('dev.tsv'),
    '--population',
    '6',
    '--model',
    at('parts'),
    '--generations',
    '4',
    '--no-latency',
  ];
  const stopped = await runMain(argv, { signal: stop.signal });
  clearInterval(watch);
  expect(stopped).toMatchObject({
    code: 130,
    stdout: '',
    stderr: expect.stringMatching(/\d generations are saved; go on with: lat search --resume --model/),
  });
  const resumed = await runMain(['search', '--resume', '--model', at('parts')]);
  expect(resumed.code).toBe(0);

  expect(readJson(at('parts/length_adaptive.json'))).toEqual(readJson(at('whole/length_adaptive.json')));
  expect(readLines(at('parts/search/metrics.ndjson'))).toEqual(readLines(at('whole/search/metrics.ndjson')));

  // More generations continue the same search; other examples do not.
  const longer = await runMain(['search', '--resume', '--model', at('parts'), '--generations', '5', '--json']);
  expect(JSON.parse(longer.stdout)).toMatchObject({ generations: 5 });
  expect(await runMain(['search', '--resume', '--model', at('parts'), '--limit', '9'])).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('--limit is 9'),
  });
  const weights = readFileSync(at('parts/model.safetensors'));
  weights.writeFloatLE(1, weights.length - 4);
  writeFileSync(at('parts/model.safetensors'), weights);
  expect(await runMain(['search', '--resume', '--model', at('parts')])).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('weights of the model'),
  });
});

test('--objective latency searches by predicted time, and goes on with the same predictions', async () => {
  for (const name of ['timed', 'timed-parts'])
    cpSync(at('model'), at(name), { recursive: true, filter: (path) => !path.endsWith('search') });
  const objective = ['--objective', 'latency', '--no-latency'];
  const first = await search('--model', at('timed'), ...objective, '--generations', '1');
  expect(first).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/Calibrating the time of a text on tfjs, wasm[^]*median error of \d/),
  });
  expect(first.stdout).toMatch(/^number +cost +accuracy +flips +predicted +lengths$/m);
  const before = readJson(at('timed/length_adaptive.json')) as { search: { calibration: object }; paretoSet: object[] };
  expect(before.search).toMatchObject({
    objective: 'latency',
    calibration: { coefficients: { input: expect.any(Number) }, error: expect.any(Number) },
  });
  for (const point of before.paretoSet)
    expect(point).toMatchObject({
      cost: expect.any(Number),
      latencyMs: expect.any(Number),
      predictedMs: expect.any(Number),
    });
  expect(before.paretoSet[0]).not.toHaveProperty('predictedSpeedup');

  // The checkpoint brings the calibration: what comes of it does not depend on how fast the machine is now.
  cpSync(at('timed/search'), at('timed-parts/search'), { recursive: true });
  const longer = ['--resume', '--generations', '3', '--model'];
  const whole = await runMain(['search', ...longer, at('timed')]);
  expect(whole).toMatchObject({ code: 0, stderr: expect.stringContaining('as they were when the search began') });
  const config = JSON.parse(readFileSync(at('timed-parts/search/config.json'), 'utf8')) as object;
  writeFileSync(at('timed-parts/search/config.json'), JSON.stringify({ ...config, model: at('timed-parts') }));
  expect((await runMain(['search', ...longer, at('timed-parts')])).code).toBe(0);
  expect(readJson(at('timed-parts/length_adaptive.json'))).toEqual(readJson(at('timed/length_adaptive.json')));
  expect((readJson(at('timed/length_adaptive.json')) as typeof before).search.calibration).toEqual(
    before.search.calibration,
  );

  // Predicted and measured speed-ups are of the same texts, so that their difference is an error of the prediction.
  const measured = await search(
    '--model',
    at('timed'),
    '--objective',
    'latency',
    '--generations',
    '0',
    '--speed-samples',
    '1',
    '--speed-repeats',
    '1',
    '--out',
    at('measured'),
    '--json',
  );
  const report = JSON.parse(measured.stdout) as {
    paretoSet: { predictedSpeedup: number; speedup: number }[];
    full: object;
  };
  for (const point of report.paretoSet)
    expect(point).toMatchObject({ predictedSpeedup: expect.any(Number), speedup: expect.any(Number) });
  expect(report.full).toMatchObject({ predictedSpeedup: 1 });

  expect(await runMain(['search', '--resume', '--model', at('timed'), '--objective', 'macs'])).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('--objective is "macs" but'),
  });
  const checkpoint = at('timed/search/search-checkpoint.json');
  const kept = readFileSync(checkpoint, 'utf8');
  const { machine, ...untold } = JSON.parse(kept) as { readonly machine: string };
  expect(machine).toMatch(/, \d+ cores, /);
  writeFileSync(checkpoint, JSON.stringify({ ...untold, machine: 'Z80, 1 cores, z80' }));
  expect(await runMain(['search', '--resume', '--model', at('timed')])).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('began: the machine, whose times are weighed.'),
  });
  writeFileSync(checkpoint, JSON.stringify(untold)); // of a version that did not say
  expect(await runMain(['search', '--resume', '--model', at('timed')])).toMatchObject({ code: 0 });
  writeFileSync(checkpoint, kept);

  const other = JSON.parse(readFileSync(at('timed/search/config.json'), 'utf8')) as object;
  writeFileSync(at('timed/search/config.json'), JSON.stringify({ ...other, objective: 'macs' }));
  expect(await runMain(['search', '--resume', '--model', at('timed')])).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('began: the objective.'),
  });
});

describe('by surrogate, the default', () => {
  const led = (name: string, ...argv: readonly string[]) => [
    ...['search', ...small, '--data', at('dev.tsv'), '--model', at(name), '--no-latency', '--metric', 'fidelity'],
    ...argv,
  ];
  beforeEach(() => {
    for (const name of ['led', 'led-parts'])
      cpSync(at('model'), at(name), { recursive: true, filter: (path) => !path.endsWith('search') });
  });

  test('a fifth of the configurations are scored; what is expected of each stands beside its score', async () => {
    const { code, stdout } = await runMain(led('led', '--held-out-share', '0.5'));
    expect(code).toBe(0);
    expect(stdout.split('\n')[0]).toMatch(
      /^number +cost +fidelity +fidelity, expected +accuracy, held-out +flips +lengths$/,
    );
    expect(stdout).toMatch(
      /Chosen by their scores, the configurations score \d\.\d{4} (more|less) than the search expects/,
    );
    const { search: record, paretoSet } = readJson(at('led/length_adaptive.json')) as {
      search: object;
      paretoSet: object[];
    };
    expect(record).toMatchObject({ method: 'surrogate', evaluations: 45, generations: 7 });
    for (const point of paretoSet) expect(point).toMatchObject({ expectedScore: expect.any(Number) });
    const log = readLines(at('led/search/metrics.ndjson'));
    expect(log.map(({ evaluations }) => evaluations)).toEqual([10, 15, 20, 25, 30, 35, 40, 45]);
    expect(log[0]).toMatchObject({ proposedBy: 'start' });
    for (const line of log.slice(1)) expect(line).toMatchObject({ rankCorrelation: expect.any(Number) });
    const { command } = readJson(at('led/search/result.json')) as { command: string };
    expect(command).toContain('--method surrogate');
  });

  test('stopped and resumed it ends with the same result, and can be made longer', async () => {
    expect((await runMain(led('led', '--evaluations', '22'))).code).toBe(0);
    const stop = new AbortController();
    const watch = setInterval(() => {
      if (existsSync(at('led-parts/search/search-checkpoint.json'))) stop.abort();
    }, 1);
    const stopped = await runMain(led('led-parts', '--evaluations', '22'), { signal: stop.signal });
    clearInterval(watch);
    expect(stopped).toMatchObject({
      code: 130,
      stderr: expect.stringMatching(/\d batches are saved; go on with: lat search --resume --model/),
    });
    const resume = (...argv: readonly string[]) => runMain(['search', '--resume', '--model', at('led-parts'), ...argv]);
    expect(await resume()).toMatchObject({ code: 0 });
    expect(readJson(at('led-parts/length_adaptive.json'))).toEqual(readJson(at('led/length_adaptive.json')));
    expect(readLines(at('led-parts/search/metrics.ndjson'))).toEqual(readLines(at('led/search/metrics.ndjson')));

    const longer = await resume('--evaluations', '27', '--json');
    expect(JSON.parse(longer.stdout)).toMatchObject({ evaluations: 27 });
    expect(await resume('--generations', '3')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--generations is for --method nsga2'),
    });
    expect(await resume('--method', 'nsga2')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('--method is "nsga2" but the run'),
    });
    const config = JSON.parse(readFileSync(at('led-parts/search/config.json'), 'utf8')) as object;
    writeFileSync(at('led-parts/search/config.json'), JSON.stringify({ ...config, method: 'nsga2' }));
    expect(await resume()).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('began: the method, the population'),
    });
  });

  test('what was saved before there were methods goes on by nsga2', async () => {
    const plain = ['--method', 'nsga2', '--population', '6', '--generations', '1'];
    expect((await runMain(led('led-parts', ...plain))).code).toBe(0);
    const path = at('led-parts/search/config.json');
    const { method, ...config } = JSON.parse(readFileSync(path, 'utf8')) as { method: string };
    expect(method).toBe('nsga2');
    writeFileSync(path, JSON.stringify(config));
    const { stdout } = await runMain([
      'search',
      '--resume',
      '--model',
      at('led-parts'),
      '--generations',
      '2',
      '--json',
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ method: 'nsga2', generations: 2 });
  });
});

test('a generation that the limit of evaluations cut short is told once, also when it is made again', async () => {
  const log = () => readLines(at('cut/metrics.ndjson')).map(({ generation, evaluations }) => [generation, evaluations]);
  const plan = ['--out', at('cut'), '--no-latency', '--no-fewer-layers'];
  expect((await search('--model', at('model'), ...plan, '--evaluations', '13')).code).toBe(0);
  expect(log()).toEqual([
    [0, 9],
    [1, 13],
  ]);
  const resumed = ['search', '--resume', '--out', at('cut')];
  expect((await runMain(resumed)).code).toBe(0); // nothing is left to do
  expect(log()).toHaveLength(2);
  expect((await runMain([...resumed, '--evaluations', '20'])).code).toBe(0);
  expect(log()).toEqual([
    [0, 9],
    [1, 15],
    [2, 20],
  ]);
});

test('a search that is stopped early leaves nothing of an earlier one to resume', async () => {
  cpSync(at('model'), at('twice'), { recursive: true, filter: (path) => !path.endsWith('search') });
  const plan = ['--model', at('twice'), '--generations', '1', '--no-latency'];
  expect((await search(...plan, '--metric', 'accuracy')).code).toBe(0);
  const stop = new AbortController();
  stop.abort();
  const second = await runMain(
    ['search', ...small, '--data', at('dev.tsv'), '--population', '6', ...plan, '--metric', 'fidelity', '--seed', '5'],
    { signal: stop.signal },
  );
  expect(second).toMatchObject({ code: 130, stderr: expect.stringContaining('nothing was saved') });
  expect(readdirSync(at('twice/search')).sort()).toEqual(['config.json', 'metrics.ndjson', 'versions.json']); // and no report that would be taken for this one's
  expect(await runMain(['search', '--resume', '--model', at('twice')])).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('There is no search to resume in'),
  });
});

describe('a search cannot be resumed', () => {
  beforeEach(async () => {
    cpSync(at('model'), at('began'), { recursive: true, filter: (path) => !path.endsWith('search') });
    expect(
      (await search('--model', at('began'), '--generations', '1', '--no-latency', '--metric', 'accuracy')).code,
    ).toBe(0);
  });

  test.each<[string, string, (content: string) => string, string]>([
    [
      'with other settings',
      'config.json',
      (content) => JSON.stringify({ ...(JSON.parse(content) as object), metric: 'fidelity', seed: 5 }),
      'began: the metric, the seed. Restore',
    ],
    [
      'on another engine',
      'config.json',
      (content) => JSON.stringify({ ...(JSON.parse(content) as object), backend: 'cpu' }),
      'began: the engine or its precision.',
    ],
    [
      'from a checkpoint that was cut',
      'search-checkpoint.json',
      (content) => content.slice(0, 100),
      'search-checkpoint.json cannot be used',
    ],
    ['from one that is none', 'search-checkpoint.json', () => 'null', 'does not hold the state of a search'],
    [
      'from one of another release',
      'search-checkpoint.json',
      (content) =>
        content.replace(
          '"format":"length-adaptive-search","version":',
          '"format":"length-adaptive-search","version":9',
        ),
      'cannot go on: Checkpoint is of version',
    ],
    [
      'after its metrics were cut',
      'metrics.ndjson',
      (content) => content.slice(0, content.indexOf('\n') + 1),
      'it has 1 of the 2 lines',
    ],
    [
      'after its metrics were damaged',
      'metrics.ndjson',
      (content) => content.replace('{', '['),
      'metrics.ndjson cannot be used',
    ],
  ])('%s', async (_, file, damage, message) => {
    const path = at('began/search', file);
    writeFileSync(path, damage(readFileSync(path, 'utf8')));
    const { code, stdout, stderr } = await runMain(['search', '--resume', '--model', at('began'), '--json']);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(JSON.parse(stderr.trim().split('\n').at(-1) ?? '')).toMatchObject({
      error: { code: 'CHECKPOINT_INVALID', message: expect.stringContaining(message) },
    });
    expect(stderr).toMatch(/(without|leave) --resume/i);
  });
});

test('what a model from the web says of its training is kept', async () => {
  const server = createServer(({ url = '' }, response) => {
    const path = at('model', url);
    response.writeHead(existsSync(path) ? 200 : 404).end(existsSync(path) ? readFileSync(path) : undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const cache = process.env['LENGTH_ADAPTIVE_CACHE'];
  process.env['LENGTH_ADAPTIVE_CACHE'] = at('cache');
  try {
    const { code } = await search(
      '--model',
      `http://127.0.0.1:${port}`,
      '--generations',
      '0',
      '--no-latency',
      '--out',
      at('from-web'),
    );
    expect(code).toBe(0);
  } finally {
    if (cache === undefined) delete process.env['LENGTH_ADAPTIVE_CACHE'];
    else process.env['LENGTH_ADAPTIVE_CACHE'] = cache;
    server.close();
  }
  expect(readJson(at('from-web/length_adaptive.json'))).toMatchObject({
    training,
    note: 'kept',
    search: { examples: 40 },
  });
});

test('--held-out-share sets examples aside, the same ones again', async () => {
  const run = async () => {
    const { code, stdout } = await search(
      '--model',
      at('model'),
      '--generations',
      '0',
      '--no-latency',
      '--out',
      at('share'),
      '--held-out-share',
      '0.25',
      '--limit',
      '20',
      '--json',
    );
    expect(code).toBe(0);
    return JSON.parse(stdout) as { full: object };
  };
  const found = await run();
  expect(found).toMatchObject({
    examples: 20,
    heldOutExamples: 10,
    heldOutShare: 0.25,
    sharedExamples: 0,
    full: { heldOutScore: expect.any(Number) },
  });
  expect((await run()).full).toEqual(found.full);
  expect(readJson(at('share/length_adaptive.json'))).toMatchObject({
    search: { heldOut: { split: 'dev.tsv', share: 0.25, examples: 10, shared: 0 } },
  });
  const { stdout } = await search('--model', at('model'), '--generations', '0', '--no-latency', '--out', at('share'));
  expect(stdout).toContain('Scores are of the 40 searched examples');
});

test('of weights that were trained with LengthDrop nothing of the kind is said', async () => {
  cpSync(at('model'), at('dropped'), { recursive: true, filter: (path) => !path.endsWith('search') });
  const file = {
    format: 'length-adaptive',
    version: 2,
    training: { lengthDropEpochs: 2, dropRatioBound: 0.2 },
    paretoSet: [],
  };
  writeFileSync(at('dropped/length_adaptive.json'), JSON.stringify(file));
  const { stdout } = await search('--model', at('dropped'), '--generations', '0', '--no-latency');
  expect(stdout).not.toContain('never trained');
  expect(readJson(at('dropped/search/result.json'))).not.toHaveProperty('withoutLengthDrop');
});

test('--out leaves the model folder alone', async () => {
  const before = readFileSync(at('model/length_adaptive.json'), 'utf8');
  const { code } = await search(
    '--model',
    at('model'),
    '--generations',
    '0',
    '--no-latency',
    '--out',
    at('elsewhere'),
    '--seed',
    '5',
  );
  expect(code).toBe(0);
  expect(readJson(at('elsewhere/length_adaptive.json'))).toMatchObject({ training, search: { seed: 5 } });
  expect(readFileSync(at('model/length_adaptive.json'), 'utf8')).toBe(before);
});

test.each<[string, readonly string[], number, string]>([
  ['no such model', ['--model', 'absent'], 4, 'absent is no folder'],
  ['a model that cannot be written into', ['--model', 'npm:some/model'], 2, 'give --out DIR'],
  ['nothing to resume', ['--model', 'absent', '--resume'], 4, 'There is no run to resume'],
  [
    'two kinds of held-out examples',
    ['--model', at('model'), '--report-data', at('test.tsv'), '--held-out-share', '0.5', '--out', at('both')],
    2,
    'not both',
  ],
  [
    'nothing left to search on',
    ['--model', at('model'), '--held-out-share', '0.001', '--out', at('none')],
    3,
    'leaves 40 examples to search on and 0 to report on',
  ],
  ['an objective that is none', ['--model', 'm', '--objective', 'speed'], 2, 'one of macs, latency'],
  ['a queue of no Redis', ['--model', at('model'), '--queue', 'q'], 2, '--queue is for --redis URL'],
  ['a population of one', ['--model', 'm', '--population', '1'], 2, 'at least 2'],
  ['a population of surrogate', ['--model', 'm', '--method', 'surrogate'], 2, '--population is for --method nsga2'],
  ['a method that is none', ['--model', 'm', '--method', 'random'], 2, 'one of surrogate, nsga2'],
  ['no evaluations', ['--model', 'm', '--evaluations', '0'], 2, 'at least 1'],
])('%s', async (_, argv, code, message) => {
  expect(await search(...argv)).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
});
