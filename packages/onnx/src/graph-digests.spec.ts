/**
 * What a model becomes as a file, byte for byte: a change of the encoder that is meant to change no file changes none. Where files are
 * meant to change, `UPDATE_DIGESTS=1 npx jest graph-digests` records them anew, and the commit says why.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clsAttentionReducer } from '@length-adaptive/core';
import type { TaskModel } from '@length-adaptive/models';
import {
  createTaskModel,
  questionAnswering,
  regression,
  sequenceClassification,
  tokenClassification,
} from '@length-adaptive/models';
import type { ExportGraphOptions } from './export-graph.js';
import { exportGraph, hostModel } from './export-graph.js';
import { tinyConfig } from './testing/tiny-model.js';
import { distillationGraph } from './training/distillation-graph.js';
import { trainingModel } from './training/pass-graph.js';
import { answeringTeacherGraph, observedTeacherGraph } from './training/teacher-graph.js';
import { predictionGraph, trainingGraph } from './training/training-graph.js';

const file = join(__dirname, '../fixtures/graph-digests.json');

const distilbert = {
  model_type: 'distilbert',
  vocab_size: 40,
  dim: 32,
  n_layers: 3,
  n_heads: 4,
  hidden_dim: 64,
  max_position_embeddings: 32,
  initializer_range: 0.3,
};

const labels = ['bad', 'fair', 'good'];
const tasks = {
  classification: sequenceClassification(labels),
  regression: regression(),
  tags: tokenClassification(['O', 'B-thing', 'I-thing']),
  questions: questionAnswering(),
};
const create = (config: Readonly<Record<string, unknown>>, options: Parameters<typeof createTaskModel>[2]): TaskModel =>
  createTaskModel(config, new Map(), { fresh: true, seed: 1, ...options });

const models: Readonly<Record<string, () => TaskModel>> = {
  ...Object.fromEntries(
    Object.entries(tasks).map(([name, task]) => [`bert ${name}`, () => create(tinyConfig, { task })]),
  ),
  'distilbert classification': () => create(distilbert, { task: tasks.classification }),
  'bert classification by cls-attention': () =>
    create(tinyConfig, { task: tasks.classification, reducer: clsAttentionReducer() }),
  'bert tags by cls-attention': () => create(tinyConfig, { task: tasks.tags, reducer: clsAttentionReducer() }),
  'bert questions with a prior': () =>
    create(tinyConfig, { task: tasks.questions, prior: { name: 'question-overlap', layers: 2 } }),
};

const lengths: Readonly<Record<string, ExportGraphOptions>> = {
  'any budget': {},
  'any budget, traced': { trace: true },
  fixed: { point: { lengths: [0.8, 0.8, 0.4] } },
  full: { point: { lengths: [1, 1, 1] } },
};

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

const exported = async (model: TaskModel, withHead = true): Promise<Record<string, string>> => {
  const host = await hostModel(model, { withHead });
  return Object.fromEntries(
    (['fp32', 'fp16', 'int8'] as const).flatMap((precision) =>
      Object.entries(lengths).map(([name, options]) => [
        `${precision}, ${name}`,
        digest(exportGraph(host, { precision, ...options })),
      ]),
    ),
  );
};

const trained = async (model: TaskModel): Promise<Record<string, string>> => {
  const graph = trainingModel(model);
  const pass = { layers: [0, 1, 2], dropout: true } as const;
  const host = await hostModel(model);
  const { head } = host;
  return {
    labels: digest(trainingGraph(graph, { from: 'labels', drops: false, ...pass }).bytes),
    'sub-model': digest(trainingGraph(graph, { from: 'teacher', drops: true, ...pass, temperature: 2 }).bytes),
    'some layers': digest(
      trainingGraph(graph, {
        from: 'teacher',
        drops: true,
        layers: [0, 2],
        dropout: false,
        direction: 'student-teacher',
      }).bytes,
    ),
    prediction: digest(predictionGraph(graph)),
    teacher: digest(observedTeacherGraph(host, { states: [0, 2], attention: [1], projections: [2] })),
    ...(head && { answers: digest(answeringTeacherGraph(host, head)) }),
  };
};

const distilled = (model: TaskModel): Record<string, string> => {
  const relation = {
    method: 'relation',
    student: model,
    teacher: model,
    studentLayer: 2,
    teacherLayer: 2,
    relationHeads: 8,
  };
  return {
    relations: digest(
      distillationGraph(trainingModel(model), relation as unknown as Parameters<typeof distillationGraph>[1], {
        dropout: false,
      }).bytes,
    ),
  };
};

const all = async (): Promise<Record<string, Record<string, string>>> => {
  const digests: Record<string, Record<string, string>> = {};
  for (const [name, open] of Object.entries(models)) {
    const model = open();
    digests[name] = await exported(model);
    digests[`${name}, training`] = await trained(model);
    if (name === 'bert classification') {
      digests['bare encoder'] = await exported(model, false);
      digests['distillation'] = distilled(model);
    }
    model.dispose();
  }
  return digests;
};

test('graphs are what they were, byte for byte', async () => {
  const now = await all();
  if (process.env['UPDATE_DIGESTS'] !== undefined) writeFileSync(file, `${JSON.stringify(now, null, 2)}\n`);
  expect(now).toEqual(JSON.parse(readFileSync(file, 'utf8')));
});
