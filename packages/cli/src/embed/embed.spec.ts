import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from '@length-adaptive/models';
import { runMain, small } from '../testing/run-main.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { writeTinyModel } from '../testing/tiny-model.js';

const folder = temporaryFolder();
const model = join(folder, 'model');
const texts = ['a great film', 'a dull plot and a weak story', 'the music is superb'];
const input = join(folder, 'texts.txt');
let expected: number[][];
let width: number;

beforeAll(async () => {
  await writeTinyModel(model, { id2label: undefined, architectures: ['BertModel'] });
  writeFileSync(input, `${texts.join('\n')}\n`);
  const predictor = await load(model);
  expected = (await predictor.embed(texts, { onError: 'throw' })).map(({ vector }) => [...vector]);
  width = predictor.dimensions.hiddenSize;
  predictor.dispose();
});

const embed = (...argv: readonly string[]) => runMain(['embed', ...small, '--model', model, ...argv]);

const floats = (bytes: Buffer): number[][] => {
  const rows = bytes.length / 4 / width;
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: width }, (__, i) => bytes.readFloatLE(4 * (row * width + i))),
  );
};

const expectNear = (given: readonly (readonly number[])[], rows: readonly (readonly number[])[]): void => {
  expect(given).toHaveLength(rows.length);
  rows.forEach((row, i) => row.forEach((value, k) => expect(given[i]?.[k]).toBeCloseTo(value, 5)));
};

const jsonLines = (text: string): { text: string; embedding: number[]; error?: { code: string } }[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { text: string; embedding: number[] });

test('texts as arguments are printed as JSON lines', async () => {
  const { code, stdout } = await embed(...texts);
  expect(code).toBe(0);
  const lines = jsonLines(stdout);
  expect(lines.map(({ text }) => text)).toEqual(texts);
  expectNear(
    lines.map(({ embedding }) => embedding),
    expected,
  );
});

test('raw float32 rows, a .npy that says its shape, and JSON lines hold the same', async () => {
  const out = (name: string): string => join(folder, name);
  for (const name of ['v.f32', 'v.npy', 'v.jsonl'])
    expect((await embed('--input', input, '--out', out(name))).code).toBe(0);
  expectNear(floats(readFileSync(out('v.f32'))), expected);
  const npy = readFileSync(out('v.npy'));
  const length = npy.readUInt16LE(8);
  expect(npy.subarray(0, 6)).toEqual(Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]));
  expect((10 + length) % 64).toBe(0);
  expect(npy.subarray(10, 10 + length).toString()).toContain(
    `{'descr': '<f4', 'fortran_order': False, 'shape': (3, ${width}), }`,
  );
  expectNear(floats(npy.subarray(10 + length)), expected);
  const lines = jsonLines(readFileSync(out('v.jsonl'), 'utf8'));
  expect(lines.map(({ text }) => text)).toEqual(texts);
  expectNear(
    lines.map(({ embedding }) => embedding),
    expected,
  );
  expect(existsSync(out('v.npy.part'))).toBe(false);
});

test('a text that has no vector has its error in its place, and the others theirs', async () => {
  const out = join(folder, 'failed.jsonl');
  const mixed = join(folder, 'mixed.jsonl');
  writeFileSync(mixed, [texts[0], '', texts[1]].map((text) => JSON.stringify({ text })).join('\n'));
  const { code, stderr } = await embed('--input', mixed, '--out', out);
  expect(code).toBe(3);
  expect(stderr).toContain('1 of 3 texts have no vector.');
  const lines = jsonLines(readFileSync(out, 'utf8'));
  expect(lines[1]).toEqual({ text: '', error: { code: 'TEXT_EMPTY', message: expect.stringMatching(/^Text 2: /) } });
  expectNear([lines[0]?.embedding ?? [], lines[2]?.embedding ?? []], expected.slice(0, 2));
});

describe('a line that holds no text has its error in its place', () => {
  const broken = join(folder, 'broken.jsonl');
  beforeAll(() => {
    writeFileSync(broken, [`{"text":"${texts[0]}"}`, '{"txt":"oops"}', 'not json', `"${texts[1]}"`, ''].join('\n'));
  });
  const kept = () => expected.slice(0, 2);

  test.each([
    ['printed', []],
    ['in JSON lines', ['--out', join(folder, 'broken-out.jsonl')]],
  ])('%s', async (_, argv) => {
    const { code, stdout, stderr } = await embed('--input', broken, ...argv);
    expect(code).toBe(3);
    expect(stderr).toMatch(/2 of 4 texts have no vector\. .*broken\.jsonl, line 2 is \{"txt":"oops"\}; expected/);
    const lines = jsonLines(argv[1] === undefined ? stdout : readFileSync(argv[1], 'utf8'));
    expect(lines.map(({ error }) => error?.code)).toEqual([undefined, 'INPUT_INVALID', 'INPUT_INVALID', undefined]);
    expect(lines[2]).toEqual({
      text: 'not json',
      error: { code: 'INPUT_INVALID', message: expect.stringMatching(/broken\.jsonl, line 3 is not JSON/) },
    });
    expectNear([lines[0]?.embedding ?? [], lines[3]?.embedding ?? []], kept());
  });

  test('in a file of numbers a row of zeros', async () => {
    const out = join(folder, 'broken.f32');
    expect((await embed('--input', broken, '--out', out)).code).toBe(3);
    const zeros = new Array<number>(width).fill(0);
    const [first = [], second = []] = kept();
    expectNear(floats(readFileSync(out)), [first, zeros, zeros, second]);
  });
});

describe('where vectors are written', () => {
  test.each(['new/folder/v.jsonl', 'another/v.npy'])('%s: folders are made', async (name) => {
    expect((await embed('--input', input, '--out', join(folder, name))).code).toBe(0);
    expect(existsSync(join(folder, name))).toBe(true);
  });

  test('a folder is no file, and none can be below a file: both are said before anything is made', async () => {
    expect(await embed('--input', input, '--out', model)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('a folder; give the name of a file'),
    });
    expect(await embed('--input', input, '--out', join(input, 'v.npy'))).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('cannot be written'),
    });
  });

  test.each(['jsonl', 'npy'])(
    'what cannot become a .%s is kept for --resume, and nothing has its name',
    async (kind) => {
      const out = join(folder, `kept.${kind}`);
      mkdirSync(`${out}.tmp`); // in the way of the file that is written first
      expect(await embed('--input', input, '--out', out)).toMatchObject({
        code: 3,
        stderr: expect.stringContaining('go on with --resume'),
      });
      expect(existsSync(out)).toBe(false);
      expectNear(floats(readFileSync(`${out}.part`)), expected);
      rmSync(`${out}.tmp`, { recursive: true });
      const { code, stderr } = await embed('--input', input, '--out', out, '--resume');
      expect(code).toBe(0);
      expect(stderr).toContain('3 vectors are there already');
      expect([`${out}.part`, `${out}.part.json`, `${out}.tmp`].filter((path) => existsSync(path))).toEqual([]);
      if (kind === 'jsonl')
        expectNear(
          jsonLines(readFileSync(out, 'utf8')).map(({ embedding }) => embedding),
          expected,
        );
    },
  );
});

describe('a run that was stopped', () => {
  const out = join(folder, 'stopped.f32');
  const part = `${out}.part`;
  /** What is left of texts where a row was being written, the first of them marked as a run that began anew would not leave it. */
  const stop = async (given: string, rows: number, ...argv: readonly string[]): Promise<void> => {
    const run = ['embed', ...small, '--model', model, '--input', given, '--out', out, ...argv];
    await runMain(run);
    const whole = readFileSync(out);
    expect(await runMain(run, { signal: AbortSignal.abort() })).toMatchObject({
      code: 130,
      stderr: expect.stringContaining(`${part}; go on with the same command and --resume`),
    });
    whole.writeFloatLE(7, 0);
    writeFileSync(part, whole);
    truncateSync(part, 4 * width * rows + 9);
  };
  const goOn = (...argv: readonly string[]) => embed('--out', out, '--resume', ...argv);
  const write = (name: string, lines: readonly string[]): string => {
    writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
    return join(folder, name);
  };

  test('goes on from its last whole row', async () => {
    await stop(input, 1);
    const { code, stderr } = await goOn('--input', write('moved.txt', texts), '--backend', 'cpu');
    expect(code).toBe(0);
    expect(stderr).toContain('1 vectors are there already');
    const rows = floats(readFileSync(out));
    expect(rows[0]?.[0]).toBe(7);
    expectNear(rows.slice(1), expected.slice(1));
  });

  test.each<[string, readonly string[], string]>([
    ['other texts', ['a great film', 'another text', 'the music is superb'], 'cut'],
    ['fewer texts', ['a great film'], 'cut'],
    ['more texts', [...texts, 'more'], 'cut'],
    ['other settings', texts, 'windows'],
  ])('is not gone on from by %s', async (_, lines, longTexts) => {
    await stop(input, 2);
    const { code, stderr } = await goOn('--input', write('same-name.txt', lines), '--long-texts', longTexts);
    expect(code).toBe(3);
    expect(stderr).toContain('vectors of another identity');
  });

  test('is not gone on from by other texts of the same name', async () => {
    const given = write('changed.txt', texts);
    await stop(given, 2);
    write('changed.txt', ['a great film', 'the plot', 'the music is superb']);
    expect(await goOn('--input', given)).toMatchObject({ code: 3 });
    write('changed.txt', texts);
    expect(await goOn('--input', given)).toMatchObject({ code: 0 });
  });

  test('is not gone on from by another reducer', async () => {
    await stop(input, 2);
    expect(await goOn('--input', input, '--reducer', 'tome')).toMatchObject({ code: 3 });
  });

  test('still counts what had no vector before it was stopped', async () => {
    await stop(write('failing.jsonl', ['"a great film"', '""', '{"txt":"oops"}', '"the music is superb"']), 3);
    const { code, stderr } = await goOn('--input', join(folder, 'failing.jsonl'));
    expect(code).toBe(3);
    expect(stderr).toContain('2 of 4 texts have no vector. Text 2:');
    const rows = floats(readFileSync(out));
    expect(rows.map((row) => row.every((value) => value === 0))).toEqual([false, true, true, false]);
    expectNear(rows.slice(3), expected.slice(2));
  });
});

test('a text that cannot be read has its error or a row of zeros in its place, and the command ends with 3', async () => {
  const { code, stdout, stderr } = await embed('a film', '', 'the plot');
  expect(code).toBe(3);
  expect(jsonLines(stdout).map(({ error }) => error?.code)).toEqual([undefined, 'TEXT_EMPTY', undefined]);
  expect(stderr).toContain('1 of 3 texts have no vector');
});

test.each<[string, readonly string[], number, string]>([
  ['nothing to embed', [], 2, 'nothing to embed'],
  ['more dimensions than there are', ['--dimensions', '999', 'x', 'y'], 3, 'dimensions is 999'],
  ['a prompt that the model does not have', ['--prompt', 'query', 'x', 'y'], 3, 'no prompt called "query"'],
  ['--resume without a file', ['--resume', 'x'], 2, 'give --out'],
])('%s', async (_, argv, code, message) => {
  expect(await embed(...argv)).toMatchObject({ code, stderr: expect.stringContaining(message) as string });
});

test('a model of another task makes no vectors', async () => {
  const classifier = join(folder, 'classifier');
  await writeTinyModel(classifier);
  expect(await runMain(['embed', ...small, '--model', classifier, 'x'])).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('makes no vectors') as string,
  });
});

describe('evaluate', () => {
  const beir = join(folder, 'beir');
  beforeAll(() => {
    mkdirSync(join(beir, 'qrels'), { recursive: true });
    const lines = (rows: readonly string[]): string =>
      rows.map((text, i) => `${JSON.stringify({ _id: `d${i}`, text })}\n`).join('');
    writeFileSync(join(beir, 'corpus.jsonl'), lines([...texts, '']));
    // The queries are documents with other ids: each finds its own first.
    writeFileSync(join(beir, 'queries.jsonl'), lines(texts).replaceAll('"d', '"q'));
    writeFileSync(
      join(beir, 'qrels/test.tsv'),
      `query-id\tcorpus-id\tscore\n${texts.map((_, i) => `q${i}\td${i}\t1\n`).join('')}`,
    );
  });
  const evaluate = (...argv: readonly string[]) => runMain(['evaluate', ...small, '--model', model, ...argv]);

  test('a BEIR folder by all metrics of retrieval', async () => {
    const { code, stdout } = await evaluate('--data', beir, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      scores: { 'ndcg@10': 1, map: 1, 'mrr@10': 1, 'recall@10': 1, 'recall@100': 1 },
      queries: 3,
      documents: 4,
      empty: 1,
      cost: 1,
    });
    expect((await evaluate('--data', beir, '--min-score', '1.1')).code).toBe(5);
  });

  const cut = async (...argv: readonly string[]) => {
    const { stdout } = await evaluate('--data', beir, '--json', ...argv);
    return JSON.parse(stdout) as { scores: Record<string, number>; cost: number };
  };

  test('--max-length cuts documents and queries', async () => {
    const long = join(folder, 'long-beir');
    cpSync(beir, long, { recursive: true });
    // What tells the texts apart stands behind what they share.
    const shared = 'the film was ';
    for (const file of ['corpus.jsonl', 'queries.jsonl'])
      writeFileSync(
        join(long, file),
        readFileSync(join(long, file), 'utf8').replace(/"text":"(?!")/g, `"text":"${shared}`),
      );
    const { scores: whole } = await cut('--data', long);
    const { scores: short } = await cut('--data', long, '--max-length', '5');
    expect(whole['mrr@10']).toBe(1);
    expect(short['mrr@10']).toBeLessThan(1);
    expect(await evaluate('--data', long, '--max-length', '600')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('the model has 40 positions'),
    });
  });

  test('documents come after the prompt of a model for its corpus, queries after theirs', async () => {
    const prompted = join(folder, 'prompted');
    cpSync(model, prompted, { recursive: true });
    const prompts = { corpus: 'bad bad dull : ', query: 'good : ' };
    writeFileSync(join(prompted, 'config_sentence_transformers.json'), JSON.stringify({ prompts }));
    const written = join(folder, 'written-beir');
    cpSync(beir, written, { recursive: true });
    for (const [file, prompt] of [
      ['corpus.jsonl', prompts.corpus],
      ['queries.jsonl', prompts.query],
    ] as const)
      writeFileSync(
        join(written, file),
        readFileSync(join(written, file), 'utf8').replace(/"text":"(?!")/g, `"text":"${prompt}`),
      );
    const whole = await cut('--data', written, '--max-length', '7');
    expect(await cut('--model', prompted, '--max-length', '7')).toMatchObject({ scores: whole.scores });
    expect((await cut('--max-length', '7')).scores).not.toEqual(whole.scores);
  });

  test.each([
    ['--stride', '2'],
    ['--text-column', 'text'],
    ['--pair-column', 'pair'],
    ['--label-column', 'label'],
    ['--label-columns', 'a,b'],
    ['--label-separator', ';'],
    ['--no-header'],
  ])('%s is for files of examples, to score and to search by', async (...argv) => {
    const refused = {
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('is for files of examples, and'),
    };
    expect(await evaluate('--data', beir, ...argv)).toMatchObject(refused);
    const search = ['search', ...small, '--model', model, '--data', beir, '--metric', 'ndcg@10'];
    expect(await runMain([...search, '--out', join(folder, 'searched'), ...argv])).toMatchObject(refused);
  });

  test('pairs by how their cosines go with their labels, and texts by their fidelity', async () => {
    const data = join(folder, 'pairs.tsv');
    writeFileSync(
      data,
      'text\tpair\tlabel\na great film\ta great film\t5\na great film\tthe plot\t2.5\na film\ta dull plot and a weak story\t1\n',
    );
    const { code, stdout } = await evaluate(
      '--data',
      data,
      '--pair-column',
      'pair',
      '--metric',
      'spearman,fidelity',
      '--json',
    );
    expect(code).toBe(0);
    const { scores } = JSON.parse(stdout) as { scores: Record<string, number> };
    expect(scores['spearman']).toBeGreaterThan(0.4);
    expect(scores['fidelity']).toBeCloseTo(1, 5);
  });
});

test('the identity is that of the weights, whatever was spent', async () => {
  const predictor = await load(model);
  const identity = await predictor.identity();
  expect(identity).toMatch(
    new RegExp(`^weights=[0-9a-f]{16};precision=fp32;pooling=mean;normalize=true;dimensions=${width};prompt=""$`),
  );
  expect(await predictor.identity({ dimensions: 8 })).not.toBe(identity);
  predictor.dispose();
});
