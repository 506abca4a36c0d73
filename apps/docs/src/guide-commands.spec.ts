import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort } from '@length-adaptive/tools/testing/free-port';
import { programEnv } from '@length-adaptive/tools/testing/program-missing';
import { runCommand } from '@length-adaptive/tools/testing/run-command';
import { startProcess } from '@length-adaptive/tools/testing/start-process';
import { until } from '@length-adaptive/tools/testing/until';
import * as tf from '@tensorflow/tfjs';
import { codeBlocks, readPages } from './pages.js';
import { allowedCodes, guideCommands, programs, smallArguments, stays } from './testing/guide-commands.js';
import type { GuideCommand } from './testing/guide-commands.js';
import { guideFolder } from './testing/guide-folder.js';

/** Every command of the guide, from page to page as a reader types them, in one folder: each finds what those before it made. */
const commands = guideCommands();

let folder = '';
let http = 0;
let redis = 0;
/** Ends what is still running. */
const ends: (() => Promise<unknown>)[] = [];
const endAll = async (): Promise<void> => {
  for (const end of ends.splice(0).reverse()) await end();
};

beforeAll(async () => {
  tf.env().set('IS_TEST', true); // or TensorFlow.js prints an advertisement
  await tf.setBackend('cpu');
  folder = await guideFolder();
  [http, redis] = [await freePort(), await freePort()];
  // `split.mjs` of "First model", as the page has it.
  const [split] = readPages().filter(({ file }) => file === 'guide/first-model.md').flatMap(codeBlocks).filter(({ language }) => language === 'js'); // prettier-ignore
  writeFileSync(path.join(folder, 'split.mjs'), split?.code ?? '');
}, 120_000);
afterAll(async () => {
  await endAll();
  rmSync(folder, { recursive: true, force: true });
});

/** Ports of this run in place of those of the pages. */
const here = (word: string): string =>
  word === '8080'
    ? String(http)
    : word
        .replace('localhost:8080', `127.0.0.1:${http}`)
        .replace('127.0.0.1:6379', `127.0.0.1:${redis}`)
        .replace('0.0.0.0', '127.0.0.1');

const at = (...names: readonly string[]): string => path.join(folder, ...names);

/** What a page takes for granted that another made: a model of elsewhere, and a folder of models. */
const provide = (words: readonly string[]): void => {
  const wanted = words.find((word) => word === 'models/some-classifier' || word === 'runs/models');
  if (wanted === undefined || existsSync(at(wanted))) return;
  const to = wanted === 'runs/models' ? at(wanted, 'reviews') : at(wanted);
  cpSync(at(wanted === 'runs/models' ? 'runs/reviews/model' : 'runs/own/model'), to, {
    recursive: true,
    filter: (source) => !/(search|onnx)$/.test(source),
  });
};

const run = async (script: string, args: readonly string[], codes: readonly number[]): Promise<void> => {
  const program = startProcess(script, { args, cwd: folder });
  const code = await program.exit();
  if (!codes.includes(code as number)) throw new Error(`It ended with ${code}: ${program.printed().slice(-3000)}`);
};

/** Starts what stays, and waits until it is there. */
const start = async ([program = '', ...args]: readonly string[]): Promise<void> => {
  if (program === 'redis-server') {
    const child = spawn(program, [...args, '--port', String(redis), '--bind', '127.0.0.1', '--dir', folder], {
      stdio: 'ignore',
      env: programEnv(),
    });
    ends.push(async () => {
      const gone = once(child, 'exit');
      child.kill();
      await gone;
    });
    return;
  }
  const running = startProcess(programs[program] ?? '', { args, cwd: folder });
  ends.push(() => running.end('SIGTERM'));
  await Promise.race([
    running.has(args[0] === 'worker' ? 'Ctrl-C finishes' : 'listens on'),
    running
      .exit()
      .then((code) => Promise.reject(new Error(`It ended with ${code}: ${running.printed().slice(-3000)}`))),
  ]);
};

/** A run that the next command goes on with is stopped by Ctrl-C, as the page says; with a step for each text there is time for it. */
const interrupt = async (args: readonly string[]): Promise<void> => {
  const metrics = at(args[args.indexOf('--out') + 1] ?? '', 'metrics.ndjson');
  const program = startProcess(programs['lat'] ?? '', {
    args: [...smallArguments(args), '--batch-size', '1'],
    cwd: folder,
  });
  await until(() => existsSync(metrics) && readFileSync(metrics, 'utf8').split('\n').length > 2);
  const code = await program.end('SIGINT');
  if (code !== 130) throw new Error(`It ended with ${code}: ${program.printed().slice(-3000)}`);
};

/** Whether a command goes on with what another began. */
const goesOn = (later: GuideCommand | undefined, { words }: GuideCommand): boolean =>
  later !== undefined &&
  later.words.includes('--resume') &&
  later.words.includes('--out') &&
  words[words.indexOf('--out') + 1] === later.words[later.words.indexOf('--out') + 1];

const execute = async ({ words }: GuideCommand, interrupted: boolean): Promise<void> => {
  const [program = '', ...given] = words.map(here);
  provide(words);
  if (stays(words)) return start([program, ...given]);
  if (program === 'node') return run(at(given[0] ?? ''), [], [0]);
  if (program === 'curl')
    return void expect(
      JSON.parse(await runCommand(program, ['--silent', '--fail-with-body', ...given], { cwd: folder })),
    ).toMatchObject(
      given.some((word) => word.endsWith('/rerank'))
        ? { results: expect.any(Array), unseen: [] }
        : { label: expect.any(String) },
    );
  const script = programs[program];
  if (script === undefined)
    throw new Error(`${program} is not known here; say in testing/guide-commands.ts how it is run, or why it is not.`);
  return interrupted ? interrupt(given) : run(script, smallArguments(given), allowedCodes(given));
};

test('the guide is read from its first page to its last', () => {
  expect(commands.filter(({ skipped }) => skipped === undefined).length).toBeGreaterThan(30);
  expect(commands[0]?.page).toBe('guide/install.md');
});

describe.each([...new Set(commands.map(({ page }) => page))])('%s', (page) => {
  afterAll(endAll);
  const own = commands.filter((command) => command.page === page);
  own.forEach((command, i) => {
    const name = `${command.at}: ${command.shown}`;
    if (command.skipped === undefined) test(name, () => execute(command, goesOn(own[i + 1], command)));
    else test.skip(`${name} (${command.skipped})`, () => undefined);
  });
});
