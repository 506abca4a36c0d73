/**
 * What opening a folder of weights on ONNX Runtime takes, in time and in memory at its highest: straight from the file into the graph, and the way
 * round by variables of TensorFlow.js, against the runtime that opens the same graph from a file of its own. Weights of the shape of BERT-base, random;
 * every opening in a process of its own, one after the other.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Row } from './harness.js';
import { formatSpread, ratio, report, spread } from './harness.js';
import type { Opened, Way } from './open-weights/open-once.js';
import { graphFileName } from './open-weights/open-once.js';
import { writeBertBase } from './open-weights/bert-base.js';

const rounds = 5;
const program = fileURLToPath(new URL('open-weights/open-once.ts', import.meta.url));

const folder = mkdtempSync(path.join(tmpdir(), 'length-adaptive-open-weights-'));
const openOnce = (way: Way): Opened =>
  JSON.parse(execFileSync(process.execPath, ['--import', 'tsx', program, way, folder], { encoding: 'utf8' })) as Opened;

try {
  await writeBertBase(folder);
  openOnce('write-graph');
  const fileBytes = statSync(path.join(folder, 'model.safetensors')).size;
  const graphBytes = statSync(path.join(folder, graphFileName)).size;
  const ways = ['runtime', 'by-variables', 'straight'] as const;
  const opened: Record<(typeof ways)[number], Opened[]> = { runtime: [], 'by-variables': [], straight: [] };
  for (let round = 0; round < rounds; round++) for (const way of ways) opened[way].push(openOnce(way));

  const milliseconds = (way: (typeof ways)[number]): number[] => opened[way].map((one) => one.milliseconds);
  const peaks = (way: (typeof ways)[number]): number[] => opened[way].map((one) => one.peakBytes / 1e6);
  /** Peak beyond that of the runtime in the same round, in sizes of the file. */
  const above = (way: (typeof ways)[number]): number[] =>
    opened[way].map(({ peakBytes }, round) => (peakBytes - (opened.runtime[round]?.peakBytes ?? 0)) / fileBytes);

  const figure = (id: string, values: readonly number[], unit: string, note: string, digits = 0): Row => {
    const found = spread(values);
    return { id: `open-weights.${id}`, value: found.p50, unit, note: `${note}; ${formatSpread(found, digits)}` };
  };
  const quicker = ratio(milliseconds('by-variables'), milliseconds('straight'));
  report('open-weights', [
    {
      id: 'open-weights.file',
      value: fileBytes / 1e6,
      unit: 'MB',
      note: 'model.safetensors of BERT-base, F32, random',
    },
    { id: 'open-weights.graph', value: graphBytes / 1e6, unit: 'MB', note: 'its graph as an ONNX file' },
    figure('runtime.time', milliseconds('runtime'), 'ms', 'the runtime alone opens the ONNX file, 1 thread'),
    figure('runtime.peak', peaks('runtime'), 'MB', 'resident memory at its highest'),
    figure(
      'by-variables.time',
      milliseconds('by-variables'),
      'ms',
      'by variables of TensorFlow.js: createTaskModel, hostModel',
    ),
    figure('by-variables.peak', peaks('by-variables'), 'MB', 'resident memory at its highest'),
    figure('by-variables.above', above('by-variables'), 'x the file', "beyond the runtime's own", 2),
    figure('straight.time', milliseconds('straight'), 'ms', 'openOnnx, straight from the file'),
    figure('straight.peak', peaks('straight'), 'MB', 'resident memory at its highest'),
    figure('straight.above', above('straight'), 'x the file', "beyond the runtime's own", 2),
    {
      id: 'open-weights.quicker',
      value: quicker.p50,
      unit: 'times quicker',
      note: `straight against by variables; ${formatSpread(quicker)}`,
    },
  ]);
} finally {
  rmSync(folder, { recursive: true });
}
