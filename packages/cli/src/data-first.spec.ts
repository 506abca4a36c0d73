import { cpSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { evaluate } from './search/score-job.js';
import { runMain, small } from './testing/run-main.js';
import { temporaryFolder } from './testing/temporary-folder.js';
import { writeTinyModel } from './testing/tiny-model.js';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  await writeTinyModel(at('whole'));
  cpSync(at('whole'), at('weightless'), { recursive: true });
  rmSync(at('weightless/model.safetensors'));
  writeFileSync(at('wrong.tsv'), 'text\tlabel\nfine\tgood\nno label here\n');
  writeFileSync(at('wrong.jsonl'), '{"text":"fine"}\n{"text":\n');
  writeFileSync(at('train.tsv'), 'text\tlabel\nfine\tgood\nbad\tbad\n');
  writeFileSync(
    at('pointer.tsv'),
    `version https://git-lfs.github.com/spec/v1\noid sha256:${'4'.repeat(64)}\nsize 123456\n`,
  );
});

/** What each command does with a data file, all else being in order but the model. */
const uses: Readonly<Record<string, (file: string) => readonly string[]>> = {
  'train --train': (file) => ['train', '--train', file, '--out', at('out')],
  'train --dev': (file) => ['train', '--train', at('train.tsv'), '--dev', file, '--out', at('out')],
  'distill --train': (file) => ['distill', '--student', '4L-312', '--train', file, '--out', at('out')],
  'search --data': (file) => ['search', '--data', file, '--out', at('out')],
  'search --report-data': (file) => ['search', '--data', at('train.tsv'), '--report-data', file, '--out', at('out')],
  'search --train': (file) => [
    'search',
    '--data',
    at('train.tsv'),
    '--soft-extract',
    '1e-3',
    '--train',
    file,
    '--out',
    at('out'),
  ],
  'evaluate --data': (file) => ['evaluate', '--data', file, '--out', at('out')],
  'compress --data': (file) => ['compress', '--vocabulary', '40', '--data', file, '--out', at('out')],
  'compress --dev': (file) => ['compress', '--dev', file, '--out', at('out')],
  'export --data': (file) => ['export', '--data', file, '--out', at('out')],
};

/** Commands that read texts alone, a line each. */
const textUses: typeof uses = {
  'predict --input': (file) => ['predict', '--input', file, '--out', at('out')],
  'bench --data': (file) => ['bench', '--data', file, '--out', at('out')],
};

/** Commands that read a whole file as one text. */
const pairUses: typeof uses = {
  'predict --pair': (file) => ['predict', '--pair', `@${file}`, 'text'],
  'inspect --pair': (file) => ['inspect', '--pair', `@${file}`, 'text'],
};

const run = ([command = '', ...argv]: readonly string[], model: string) =>
  runMain([command, ...small, command === 'distill' ? '--teacher' : '--model', at(model), ...argv]);

describe.each(['weightless', 'nowhere'])(
  'of a wrong data file and a model that cannot be opened (%s), the file says so first',
  (model) => {
    // Of two data files the first one that needs a model which is not there at all names the model.
    const usesHere = Object.entries(uses).filter(([name]) => model === 'weightless' || name !== 'search --train');

    test.each([...usesHere, ...Object.entries({ ...textUses, ...pairUses })])(
      '%s: absent, or a pointer',
      async (_, argv) => {
        expect(await run(argv(at('absent.tsv')), model)).toMatchObject({
          code: 4,
          stdout: '',
          stderr: expect.stringMatching(/^error: There is no file .*absent\.tsv/),
        });
        expect(await run(argv(at('pointer.tsv')), model)).toMatchObject({
          code: 3,
          stdout: '',
          stderr: expect.stringMatching(/^error: .*pointer\.tsv is a Git LFS pointer/),
        });
        expect(existsSync(at('out'))).toBe(false);
      },
    );

    test.each(usesHere)('%s: a line that is wrong', async (_, argv) => {
      expect(await run(argv(at('wrong.tsv')), model)).toMatchObject({
        code: 3,
        stdout: '',
        stderr: expect.stringMatching(/^error: .*wrong\.tsv, line 3: 1 fields/),
      });
    });

    test.each(Object.entries(textUses))('%s: a line that is wrong', async (_, argv) => {
      expect(await run(argv(at('wrong.jsonl')), model)).toMatchObject({
        code: 3,
        stdout: '',
        stderr: expect.stringMatching(/^error: .*wrong\.jsonl, line 2 is not JSON/),
      });
    });

    test('a worker', async () => {
      const study = {
        format: 'length-adaptive search 5',
        model: at(model),
        data: at('wrong.tsv'),
        settings: {},
        maxLength: 16,
        metric: null,
        weights: '',
        examples: '',
        reducer: null,
        prior: null,
        departed: 'state' as const,
        adapter: null,
        tower: null,
      };
      const used = { engine: 'tfjs', precision: 'fp32', backend: 'cpu' } as const;
      await expect(
        evaluate({ lengths: [1, 1] }, { study: { ...study, engine: used }, key: 'k', settings: { engine: 'auto' } }),
      ).rejects.toThrow(/wrong\.tsv, line 3: 1 fields/);
    });
  },
);

test.each(Object.entries({ ...uses, ...textUses }).filter(([name]) => !/distill|bench|compress/.test(name)))(
  '%s: a file in order says nothing, the model does',
  async (_, argv) => {
    expect(await run(argv(at('train.tsv')), 'nowhere')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('nowhere'),
    });
  },
);
