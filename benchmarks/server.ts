/** The server under load: at three and at ten times what it does at full length, and beside fastify with transformers.js; and what it takes of memory. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPeers, transformersEntry } from './onnx/peers.js';
import { quantile, report } from './harness.js';
import { askBudgets } from './server/budgets.js';
import { askIdle } from './server/idle.js';
import type { Answered } from './server/load.js';
import { capacity, createClient, openLoop } from './server/load.js';
import { measureMemory, memoryRows } from './server/memory.js';
import { timeHealth } from './server/nesting.js';
import type { RunningServer } from './server/processes.js';
import { startOurs, startTransformers } from './server/processes.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const demo = path.join(root, 'runs/demo');
const model = path.join(demo, 'model');
const words = 100;
const budgetMs = 1000;
const seconds = 20;
const patienceMs = 10_000;

const run = (args: readonly string[]): void => {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`);
};

/** Mails of the demo, joined to texts of a hundred words. */
const longTexts = (): string[] => {
  const mails = readFileSync(path.join(demo, 'mails/train.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { text: string }).text);
  const all = mails.join(' ').split(/\s+/);
  return Array.from({ length: Math.floor(all.length / words) }, (_, i) =>
    all.slice(i * words, (i + 1) * words).join(' '),
  );
};

if (!existsSync(path.join(model, 'search/result.json')))
  run([path.join(root, 'packages/cli/dist/bin.js'), 'demo', '--train', '--out', demo]);
installPeers();
const texts = longTexts();
const textOf = (i: number): string => texts[i % texts.length] ?? '';

/** The same weights for transformers.js: a graph of fixed full length. */
const exported = path.join(root, 'runs/bench/server');
rmSync(exported, { recursive: true, force: true });
mkdirSync(path.join(exported, 'onnx'), { recursive: true });
run([
  path.join(root, 'packages/cli/dist/bin.js'),
  'export',
  '--model',
  model,
  '--length-config',
  'full',
  '--out',
  path.join(exported, 'reviews'),
]);
for (const file of ['config.json', 'tokenizer.json', 'tokenizer_config.json']) {
  const from = path.join(model, file);
  if (existsSync(from) && !existsSync(path.join(exported, 'reviews', file)))
    cpSync(from, path.join(exported, 'reviews', file));
}

const count = (answers: readonly Answered[], holds: (status: number) => boolean): number =>
  answers.filter(({ status }) => holds(status)).length;
const p99 = (answers: readonly Answered[]): number =>
  quantile(
    answers.filter(({ status }) => status === 200).map(({ milliseconds }) => milliseconds),
    0.99,
  );
const perSecond = (answers: readonly Answered[]): number => count(answers, (status) => status === 200) / seconds;
const statuses = (answers: readonly Answered[]): string => {
  const kinds = [...new Set(answers.map(({ status }) => status))].sort();
  return kinds
    .map((kind) => `${count(answers, (status) => status === kind)} with ${kind === 0 ? 'no answer' : kind}`)
    .join(', ');
};
const meanCost = (answers: readonly Answered[]): number => {
  const costs = answers.flatMap(({ status, body }) =>
    status === 200 ? [(JSON.parse(body) as { cost?: number }).cost ?? 1] : [],
  );
  return costs.reduce((sum, cost) => sum + cost / costs.length, 0);
};

const withServer = async <Result>(
  starting: Promise<RunningServer>,
  use: (server: RunningServer) => Promise<Result>,
): Promise<Result> => {
  const server = await starting;
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
};

const clientOf = ({ url }: RunningServer) => createClient(url, '/v1/classify', patienceMs);
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 3000));

const ours = await withServer(startOurs(model), async (server) => {
  const client = clientOf(server);
  const atFull = (i: number): unknown => ({ text: textOf(i), length_config: 'full' });
  const free = (i: number): unknown => ({ text: textOf(i), budget_latency_ms: budgetMs });
  await capacity(client, atFull, { concurrency: 8, seconds: 3 });
  const full = await capacity(client, atFull, { concurrency: 8, seconds: 10 });
  console.log(`full length: ${full.toFixed(1)} requests/s`);
  const load = async (factor: number): Promise<Answered[]> => {
    const answers = await openLoop(client, free, { perSecond: factor * full, seconds });
    console.log(
      `${factor}x: ${statuses(answers)}; ${perSecond(answers).toFixed(1)}/s at mean cost ${meanCost(answers).toFixed(2)}, p99 ${p99(answers).toFixed(0)} ms`,
    );
    await pause();
    return answers;
  };
  await load(3); // warm: pools of memory have their size
  const before = await server.memory();
  const three = await load(3);
  const ten = await load(10);
  const after = await server.memory();
  client.close();
  return { full, three, ten, before, after };
});

/** As many words of the demo's mails. */
const wordsOf = (count: number, i: number): string =>
  Array.from({ length: Math.ceil(count / words) }, (_, k) => textOf(i + k))
    .join(' ')
    .split(' ')
    .slice(0, count)
    .join(' ');

/** The model as it is, and one for which every answer takes longer than requests may wait for each other: it is slow. */
const idle = [];
for (const flags of [[], ['--target-delay-ms', '1']])
  idle.push(
    await withServer(startOurs(model, flags), async (server) => {
      const client = clientOf(server);
      const shortened = await askIdle(client, wordsOf);
      client.close();
      return shortened;
    }),
  );
const shortened = idle.reduce((sum, { degraded }) => sum + degraded, 0);
const idleAnswers = idle.reduce((sum, { answers }) => sum + answers, 0);
console.log(`idle: ${shortened} of ${idleAnswers} answers made shorter`);

const health = await withServer(startOurs(model), ({ url }) => timeHealth(url));
console.log(
  `health: ${health.idle.toFixed(1)} ms idle, ${health.nested.toFixed(1)} ms under nested bodies, ${health.flat.toFixed(1)} ms under flat ones`,
);

const budgets = await withServer(startOurs(model), async (server) => {
  const client = clientOf(server);
  const outcome = await askBudgets(client, wordsOf);
  client.close();
  return outcome;
});
console.log(`budgets: ${budgets.exceeded} of ${budgets.requests} exceeded, ${budgets.refused} refused`);

const memory = await measureMemory(model, path.join(root, 'runs/bench/server-memory'));
console.log(`memory: ${memory.one.toFixed(0)} MiB with one model, ${memory.four.toFixed(0)} MiB with four`);

const theirs = await withServer(startTransformers(transformersEntry(), exported, 'reviews'), async (server) => {
  const client = clientOf(server);
  const body = (i: number): unknown => ({ text: textOf(i) });
  await capacity(client, body, { concurrency: 8, seconds: 3 });
  const full = await capacity(client, body, { concurrency: 8, seconds: 10 });
  const three = await openLoop(client, body, { perSecond: 3 * ours.full, seconds });
  console.log(
    `fastify + transformers.js: ${full.toFixed(1)} requests/s; the same 3x: ${statuses(three)}; ${perSecond(three).toFixed(1)}/s, p99 ${p99(three).toFixed(0)} ms`,
  );
  client.close();
  return { full, three };
});

const about = `texts of ${words} words, one worker with one thread, open loop of ${seconds} s, client and server on the same machine`;
const row = (id: string, value: number, unit: string, note: string) => ({
  id: `server.${id}`,
  value,
  unit,
  note: `${note}; ${about}`,
});
report('server', [
  row(
    'gain_at_3x',
    perSecond(ours.three) / ours.full,
    'times the full-length throughput',
    `${perSecond(ours.three).toFixed(1)} answers/s at 3x the load of ${ours.full.toFixed(1)}/s, mean cost ${meanCost(ours.three).toFixed(2)}; ${statuses(ours.three)}`,
  ),
  row(
    'errors_at_3x',
    count(ours.three, (status) => status >= 500 || status === 0),
    'answers with 5xx or none',
    statuses(ours.three),
  ),
  row('p99_at_3x', p99(ours.three), 'ms', `of what was answered; budget_latency_ms ${budgetMs}`),
  row(
    'hung_at_10x',
    count(ours.ten, (status) => status === 0),
    'requests without an answer',
    `within ${patienceMs / 1000} s; ${statuses(ours.ten)}`,
  ),
  row('p99_at_10x', p99(ours.ten), 'ms', `of what was answered; budget_latency_ms ${budgetMs}`),
  row(
    'memory_after',
    ours.after / ours.before,
    'times the memory before',
    `resident, ${ours.before.toFixed(0)} MiB before and ${ours.after.toFixed(0)} MiB after the loads of 3x and 10x`,
  ),
  row(
    'throughput_vs_transformersjs',
    perSecond(ours.three) / perSecond(theirs.three),
    'times',
    `answers/s under the same load: ${perSecond(ours.three).toFixed(1)} and ${perSecond(theirs.three).toFixed(1)} (${statuses(theirs.three)}); at full length without overload ${ours.full.toFixed(1)} and ${theirs.full.toFixed(1)}`,
  ),
  row(
    'p99_vs_transformersjs',
    p99(theirs.three) / p99(ours.three),
    'times shorter',
    `${p99(ours.three).toFixed(0)} ms and ${p99(theirs.three).toFixed(0)} ms, requests that waited ${patienceMs / 1000} s in vain not counted`,
  ),
  ...memoryRows(memory),
  {
    id: 'server.idle_degraded',
    value: shortened / idleAnswers,
    unit: 'share of answers made shorter',
    note: `${idleAnswers} requests one after another on an idle server, half of them where a wait of 1 ms is too long already: one text of 8 to 500 words, or 32 texts`,
  },
  {
    id: 'server.over_budget',
    value: budgets.exceeded / budgets.requests,
    unit: 'share of cost budgets exceeded',
    note: `${budgets.requests} requests of one text of 1 to 120 words, each with a random budget_cost from 0.2 to 1; ${budgets.refused} refused because nothing was within it, with the nearest that is`,
  },
  {
    id: 'server.health_under_nesting',
    value: health.nested / health.idle,
    unit: 'times the time on an idle server',
    note: `medians of 100: ${health.idle.toFixed(1)} ms idle, ${health.nested.toFixed(1)} ms with two clients that send 1.8 MB of brackets, ${health.flat.toFixed(1)} ms where these bodies are one text`,
  },
]);
