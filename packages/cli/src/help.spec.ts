import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { startChild } from './testing/child.js';
import { runMain } from './testing/run-main.js';
import { temporaryFolder } from './testing/temporary-folder.js';

const folder = temporaryFolder();

/** The files that Node loads for a command line, as it lists them for coverage. */
const filesLoaded = async (name: string, argv: readonly string[]): Promise<string[]> => {
  const coverage = join(folder, name);
  const { code } = await startChild(argv, folder, 'pipe', { NODE_V8_COVERAGE: coverage }).done;
  expect(code).toBe(0);
  return readdirSync(coverage).flatMap((file) => {
    const { result } = JSON.parse(readFileSync(join(coverage, file), 'utf8')) as { result: { url: string }[] };
    return result.map(({ url }) => url);
  });
};

const ofLibrary = /\/packages\/(core|models|onnx|search|server|queue)\/|@tensorflow|onnxruntime|@huggingface/;

test.each([[['--help']], [['--version']], [['predict', '--help']]])(
  'lat %j loads nothing of the library',
  async (argv) => {
    const loaded = await filesLoaded(argv.join(), argv);
    expect(loaded.some((url) => url.endsWith('/cli/src/main.ts'))).toBe(true);
    expect(loaded.filter((url) => ofLibrary.test(url))).toEqual([]);
    const options = loaded.filter((url) => url.endsWith('options.ts'));
    expect(options.map((url) => url.split('/').slice(-2).join('/'))).toEqual(
      argv[0] === 'predict' ? ['predict/options.ts'] : [],
    );
  },
);

test('what names tasks loads the library, which lists them', async () => {
  const loaded = await filesLoaded('train', ['train', '--help']);
  expect(loaded.some((url) => ofLibrary.test(url))).toBe(true);
});

test('help NAME is NAME --help', async () => {
  const [before, after] = await Promise.all([runMain(['help', 'train']), runMain(['train', '--help'])]);
  expect(before).toEqual(after);
  expect(before).toMatchObject({ code: 0, stdout: expect.stringContaining('--length-drop-epochs') });
  expect(await runMain(['help', 'trian'])).toMatchObject({ code: 2 });
});
