import type { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { Command as Program, InvalidArgumentError, Option } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import type { RequestBudget } from './request.js';
import type { ServeOptions } from './serve.js';
import { logLevels } from './telemetry/log.js';

const invalid = (expected: string): never => {
  throw new InvalidArgumentError(`Expected ${expected}.`);
};

/** A whole number within bounds, both included. */
const whole =
  (least: number, most = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
    return value >= least && value <= most
      ? value
      : invalid(`a whole number from ${least}${most < Number.MAX_SAFE_INTEGER ? ` to ${most}` : ' up'}`);
  };

/** Milliseconds that a timer takes. */
const milliseconds = whole(1, 2 ** 31 - 1);

/** A list with commas, or the same flag several times. */
const list = (text: string, before: readonly string[] = []): readonly string[] => {
  const items = text.split(',').map((item) => item.trim());
  return items.every((item) => item !== '')
    ? [...before, ...items]
    : invalid('one or more values with commas between them');
};

/** A whole number of a request's `priority`. */
const priority = (text: string): number =>
  /^-?\d+$/.test(text.trim()) && Math.abs(Number(text)) <= 1e6
    ? Number(text)
    : invalid('a whole number from -1000000 to 1000000');

/** A file of keys, one a line; lines that are empty or begin with # are none. */
const readKeys = (file: string): readonly string[] => {
  let lines: readonly string[] = [];
  try {
    lines = readFileSync(file, 'utf8').split('\n');
  } catch (error) {
    invalid(`a file that can be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
  const keys = lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  return keys.length > 0 ? keys : invalid('a file with at least one key: without one everything would be open');
};

const budgetForm = 'cost=0.5 (or cost=50%), latency=20ms, score=0.9, or several with commas between them';

/** `cost=0.5`, `latency=20ms`, `score=0.9` -> a bound. */
const readBound = (text: string): RequestBudget => {
  const [, kind, digits = '', unit = ''] =
    /^(cost|latency|score)=(\d*\.?\d+)(%|ms|s)?$/.exec(text.replace(/\s/g, '')) ?? [];
  const value = Number(digits) * (unit === '%' ? 0.01 : unit === 's' ? 1000 : 1);
  if (kind === 'cost' && ['', '%'].includes(unit) && value > 0 && value <= 1) return { cost: value };
  if (kind === 'latency' && unit !== '%' && value > 0) return { latencyMs: value };
  if (kind === 'score' && ['', '%'].includes(unit)) return { minScore: value };
  return invalid(budgetForm);
};

const readBudget = (text: string): RequestBudget =>
  Object.assign({}, ...text.split(',').map(readBound)) as RequestBudget;

/** `--max-texts` -> `LENGTH_ADAPTIVE_MAX_TEXTS` */
const variableOf = (flag: string): string => `LENGTH_ADAPTIVE_${flag.slice(2).replaceAll('-', '_').toUpperCase()}`;

const option = <Value>(
  flags: string,
  description: string,
  read: (text: string, before: Value | undefined) => Value,
): Option => new Option(flags, description).env(variableOf(flags.split(' ')[0] ?? '')).argParser(read);

const choice = (flags: string, description: string, values: readonly string[]): Option =>
  option(flags, description, String).choices(values);

const autoTruncate = variableOf('--auto-truncate');

const modelControlVariable = variableOf('--model-control');

const options: readonly Option[] = [
  option(
    '--models <PATH>',
    'a model directory, its npm:, Hub or web address, or a folder of models (NAME/ or NAME/VERSION/)',
    String,
  ),
  option('--host <HOST>', 'address to listen on (default 127.0.0.1)', String),
  option('--port <PORT>', 'port to listen on; 0 takes a free one (default 8080)', whole(0, 65_535)),
  option('--socket <PATH>', 'Unix socket to listen on in place of an address', String),
  option(
    '--grpc-port <PORT>',
    'port for gRPC as well, 0 takes a free one; needs @grpc/grpc-js and @grpc/proto-loader (default: no gRPC)',
    whole(0, 65_535),
  ),
  option('--workers <N>', 'worker threads of each model (default 1)', whole(1, 256)),
  option('--threads <N>', 'threads of one operator in each worker (default: the cores, shared out)', whole(1, 256)),
  choice('--engine <ENGINE>', 'what runs the models (default auto)', ['auto', 'onnx', 'tfjs']),
  choice('--precision <PRECISION>', 'numbers that weights are kept in (default fp32)', ['fp32', 'fp16', 'int8']),
  option(
    '--adapter <PATH>',
    'a LoRA adapter that is merged into each model: a folder, npm:package, web address or Hub repository (default: the one beside its weights, if there is one)',
    String,
  ),
  choice(
    '--tower <TOWER>',
    'of models of two towers, such as CLIP, the one that is served: texts, for requests hold no images',
    ['images', 'texts'],
  ),
  option('--max-batch-tokens <N>', 'tokens of a batch (default 2048)', whole(1)),
  option('--max-batch-texts <N>', 'texts of a batch (default 64)', whole(1)),
  option('--max-queue <N>', 'texts that may wait (default 1024)', whole(1)),
  option('--max-queue-ms <MS>', 'longest wait that a request is accepted for (default 1000)', milliseconds),
  option('--target-delay-ms <MS>', 'queue delay above which requests are made shorter (default 100)', milliseconds),
  option('--budget <BUDGET>', `budget of requests that name none: ${budgetForm}`, readBudget),
  new Option('--auto-truncate', `cut texts that are too long, unless a request says otherwise (env: ${autoTruncate})`),
  option(
    '--api-key <KEY>',
    'a key that opens inference, metrics and docs; repeat it, or write commas; the environment keeps it out of process lists',
    list,
  ),
  option('--api-key-file <PATH>', 'a file of such keys, one a line, read at the start', readKeys),
  new Option(
    '--model-control',
    `let clients load and unload models (env: ${modelControlVariable}); default: where there are API keys, or only this machine is listened to`,
  ),
  new Option('--no-model-control', 'let no client do so'),
  option('--cors-origin <ORIGIN>', 'an origin whose pages may call, or *; repeat it, or write commas', list),
  option('--body-limit <BYTES>', 'bytes of a request body (default 2097152)', whole(1)),
  option('--max-texts <N>', 'texts of a request (default 32)', whole(1)),
  option('--max-text-length <N>', 'characters of a text (default 32768)', whole(1)),
  option('--max-concurrent-requests <N>', 'inference requests in flight; more are refused (default 512)', whole(1)),
  option('--min-priority <N>', 'least priority that a request may have, 0 or below (default: any)', priority),
  choice('--log-level <LEVEL>', 'what is logged: this and what is graver (default info)', logLevels),
  option(
    '--drain-delay-ms <MS>',
    'how long requests are still taken after SIGTERM, while the server says that it is not ready (default 0)',
    whole(0, 2 ** 31 - 1),
  ),
  option('--grace-ms <MS>', 'how long accepted requests may still take at SIGTERM (default 10000)', milliseconds),
];

/** Flags as commander names them, where a server's option has another name. */
interface Flags extends Omit<ServeOptions, 'models' | 'log'> {
  readonly models?: string;
  readonly budget?: RequestBudget;
  readonly autoTruncate?: boolean;
  readonly apiKey?: readonly string[];
  readonly apiKeyFile?: readonly string[];
  readonly corsOrigin?: readonly string[];
}

/** Where the command line is read from, and where help goes. */
export interface CommandLine {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: { write(text: string): unknown };
}

const isOn = (text: string | undefined): boolean =>
  text !== undefined && !['', '0', 'false', 'no', 'off'].includes(text.toLowerCase());

/**
 * A command line, and the environment for what it leaves out, as the options of a server.
 *
 * @param argv what comes after the program's name
 * @throws CommanderError for what cannot be read, and after help or version were printed (`exitCode` 0)
 */
export const readOptions = (argv: readonly string[], { env, stdout }: CommandLine): ServeOptions => {
  const program = new Program('length-adaptive-server')
    .description(packageJson.description)
    .version(packageJson.version, '-v, --version')
    .argument('[models]', 'the same as --models')
    .exitOverride()
    .configureOutput({ writeOut: (text) => void stdout.write(text), outputError: () => undefined })
    .addHelpText(
      'after',
      '\nEvery flag can be an environment variable; a flag goes before it. SIGTERM and SIGINT finish what was accepted and end, SIGHUP looks at the models again.',
    );
  for (const one of options) program.addOption(one);
  program.parse([...argv], { from: 'user' });
  if (env !== process.env) {
    // commander, an EventEmitter, tells itself of the process' environment only.
    for (const one of program.options) {
      const text = one.envVar === undefined ? undefined : env[one.envVar];
      if (text !== undefined && program.getOptionValueSource(one.attributeName()) !== 'cli')
        (program as unknown as EventEmitter).emit(`optionEnv:${one.name()}`, text);
    }
  }
  const fail = (message: string): never => program.error(message, { code: 'length-adaptive.models', exitCode: 2 });
  const [argument] = program.args;
  if (argument !== undefined && program.getOptionValueSource('models') === 'cli')
    return fail(`the models came twice, as ${argument} and with --models; give them once.`);
  const {
    models: named,
    budget,
    autoTruncate: truncate = isOn(env[autoTruncate]),
    modelControl = env[modelControlVariable] === undefined ? undefined : isOn(env[modelControlVariable]),
    apiKey,
    apiKeyFile,
    corsOrigin,
    logLevel = 'info',
    ...rest
  } = program.opts<Flags>();
  const models = argument ?? named; // an argument goes before the environment, as a flag does
  if (models === undefined || models === '')
    return fail('the models are missing: give a model directory, or a folder of them.');
  const apiKeys = apiKey || apiKeyFile ? [...(apiKey ?? []), ...(apiKeyFile ?? [])] : undefined;
  return {
    ...rest,
    models,
    defaultBudget: budget,
    truncate,
    modelControl,
    apiKeys,
    corsOrigins: corsOrigin,
    logLevel,
  };
};
