import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { main as lat } from '@length-adaptive/cli';
import { main as server } from '@length-adaptive/server';
import { workspaceFolder } from './workspace.js';

/** What is wrong with a command that a page shows; undefined where nothing is. */
export type Check = (words: readonly string[]) => Promise<string | undefined>;

type Main = typeof lat;

/** Runs a command line in this process: its exit code and all it printed. */
const run = async (
  main: Main,
  argv: readonly string[],
): Promise<{ readonly code: number; readonly printed: string }> => {
  let printed = '';
  const stream = { write: (text: string) => (printed += text) };
  const code = await main(argv, { stdout: stream, stderr: stream, env: {} });
  return { code, printed };
};

/** The program itself reads the command, with all its flags and their values, and stops before it would run. */
const checkLat: Check = async ([command = '', ...args]) => {
  if (command === 'serve') return checkServer(args);
  if (command.startsWith('--')) return (await run(lat, [command])).code === 0 ? undefined : `lat has no ${command}`;
  if (args.length === 1 && args[0] === '--help')
    return (await run(lat, [command, ...args])).code === 0 ? undefined : `lat has no ${command}`;
  // A run that is resumed reads its settings from its folder, which is not here.
  const resumes = args.includes('--resume');
  if (resumes && !(await run(lat, [command, '--help'])).printed.includes('--resume '))
    return `lat ${command} has no --resume`;
  const { code, printed } = await run(lat, [command, ...args.filter((arg) => arg !== '--resume'), '--print-config']);
  return code === 0 ? undefined : printed.trim();
};

/** The server starts at once, so its flags are looked up in its own help. */
const checkServer: Check = async (args) => {
  const { printed } = await run(server, ['--help']);
  const known = new Map(
    [...printed.matchAll(/(--[a-z-]+)( <[^>]+>)?/g)].map(([, flag = '', value]) => [flag, value !== undefined]),
  );
  if (known.size < 10) return `the server's help tells only of ${[...known.keys()].join(' ')}`;
  for (const [i, arg] of args.entries()) {
    if (!arg.startsWith('--')) continue;
    if (!known.has(arg)) return `the server has no ${arg}`;
    if (known.get(arg) === true && (args[i + 1] ?? '--').startsWith('--')) return `${arg} of the server takes a value`;
  }
  return undefined;
};

const readJson = (file: string): Record<string, unknown> =>
  JSON.parse(readFileSync(path.join(workspaceFolder, file), 'utf8')) as Record<string, unknown>;

/** Packages that can be installed: our own, and those that this repository installs itself. */
const checkInstall: Check = async (args) => {
  const { packages } = readJson('package-lock.json') as { packages: Record<string, unknown> };
  return args.find((arg) => !arg.startsWith('--') && packages[`node_modules/${arg}`] === undefined);
};

const checkRun: Check = async ([name = '', dashes, benchmark]) => {
  const { scripts } = readJson('package.json') as { scripts: Record<string, string> };
  if (scripts[name] === undefined) return `package.json has no script ${name}`;
  if (name !== 'bench' || dashes === undefined) return undefined;
  if (dashes !== '--') return 'arguments of npm run come after --';
  return existsSync(path.join(workspaceFolder, 'benchmarks', `${benchmark}.ts`))
    ? undefined
    : `there is no benchmark ${benchmark}`;
};

/** The body that curl sends, where it is JSON, parses. */
const checkCurl: Check = async (args) => {
  const body = args[args.indexOf('-d') + 1] ?? '';
  if (!args.includes('-d')) return undefined;
  try {
    JSON.parse(body);
    return undefined;
  } catch (error) {
    return `${body} is no JSON: ${String(error)}`;
  }
};

const fine: Check = async () => undefined;

/** A program of packages that npx fetches first: `npx --ignore-scripts -p PACKAGE -p PACKAGE lat demo`. */
const checkFetched: Check = async (args) => {
  const at = args.findIndex((word, i) => !word.startsWith('-') && args[i - 1] !== '-p');
  const packages = args.slice(0, at).filter((_, i) => args[i - 1] === '-p');
  const unknown = await checkInstall(packages);
  if (unknown !== undefined) return `${unknown} is no package that npx would find`;
  return commandProblem(['npx', ...args.slice(at)]);
};

const npm: Readonly<Record<string, Check>> = { install: checkInstall, run: checkRun, init: fine };
const npx: Readonly<Record<string, Check>> = {
  lat: checkLat,
  'length-adaptive': checkLat,
  'length-adaptive-server': checkServer,
};

/** Programs that pages may show. Others are refused, so that a new one is thought of. */
const programs: Readonly<Record<string, Check>> = {
  lat: checkLat,
  'length-adaptive': checkLat,
  npm: async ([command = '', ...args]) => (npm[command] ? npm[command](args) : `npm ${command} is not known here`),
  npx: async ([command = '', ...args]) =>
    command.startsWith('-') && args.length > 0
      ? checkFetched([command, ...args])
      : npx[command]
        ? npx[command](args)
        : `npx ${command} is not known here`,
  curl: checkCurl,
  cd: fine,
  git: async ([command]) => (command === 'clone' ? undefined : `git ${command} is not known here`),
  node: fine,
  'redis-server': fine,
};

/** Looks at one command as a page shows it, by the programs it would start. */
export const commandProblem: Check = async (words) => {
  const [program = '', ...args] = words.slice(words.findIndex((word) => !/^[A-Z_]+=/.test(word)));
  return programs[program] ? programs[program](args) : `"${program}" is not known here`;
};
