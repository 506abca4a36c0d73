/** SST-2: what a student of three layers gains by a teacher, method by method, from the same start with as many epochs. */
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { createStudent, openTrainedModel, saveModel } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import { dataFolder, fineTuneStage, runsFolder } from './accuracy/accuracy-rows.js';
import type { Flags } from './accuracy/recipe.js';
import { runStage } from './accuracy/run-stage.js';
import { sst2Recipe } from './accuracy/sst2-recipe.js';
import type { Row } from './harness.js';
import { report } from './harness.js';

const seed = 42;
const epochs = 3;
/** Each is the second of two layers: what intermediate distillation matches it with. */
const layers = [1, 3, 5];

/** Stages of `lat distill`, with as many epochs in all as plain fine-tuning has. */
const methods: Readonly<Record<string, Flags>> = {
  prediction: { stages: 'prediction', epochs },
  intermediate_prediction: { stages: 'intermediate,prediction', epochs: '1,2' },
  relations_prediction: { stages: 'relations,prediction', epochs: '1,2' },
};

interface EvaluationResult {
  readonly scores: { readonly accuracy: number };
  readonly examples: number;
}

/** Accuracy of a model folder on the dev set. */
const accuracyOf = (model: string, data: string): Promise<EvaluationResult> => {
  const folder = path.join(path.dirname(model), 'held-out', path.basename(model));
  return runStage({
    command: 'evaluate',
    folder,
    flags: { model, data, metric: 'accuracy', 'length-config': 'full', out: folder },
  });
};

/** Some layers of a model as a folder of their own: where every contender starts. */
const writeStart = async (teacher: string, folder: string): Promise<void> => {
  if (existsSync(path.join(folder, 'config.json'))) return;
  tf.enableProdMode();
  await tf.setBackend('cpu');
  const { model, tokenizerFiles } = await openTrainedModel(teacher);
  const student = await createStudent(model, { layers });
  await saveModel(folder, { model: student, tokenizerFiles });
  for (const used of [model, student]) used.dispose();
};

const run = async (): Promise<Row[]> => {
  // The teacher of the SST-2 benchmark, which is trained here if it was not.
  const files = await sst2Recipe.prepare(path.join(runsFolder, 'sst2/data'));
  const { train, heldOut } = files;
  const teacher = path.join(await fineTuneStage(sst2Recipe, files), 'model');
  const shared = { train, limit: 10_000, seed, 'batch-size': 32 };

  const folder = path.join(runsFolder, 'distill');
  mkdirSync(folder, { recursive: true });
  const start = path.join(folder, 'start');
  await writeStart(teacher, start);

  const runOf = (name: string): string => path.join(folder, name);
  await runStage({
    command: 'train',
    folder: runOf('plain'),
    flags: { model: start, ...shared, epochs, 'length-drop-epochs': 0, out: runOf('plain') },
  });
  for (const [name, flags] of Object.entries(methods)) {
    await runStage({
      command: 'distill',
      folder: runOf(name),
      flags: { teacher, student: start, ...shared, ...flags, out: runOf(name) },
    });
  }

  const about = (examples: number): string =>
    `accuracy on the ${examples} sentences of SST-2 dev, the last epoch; seed ${seed}, 10,000 training phrases`;
  const row = async (name: string, model: string, note: string): Promise<Row> => {
    const { scores, examples } = await accuracyOf(model, heldOut);
    return { id: `distill.${name}`, value: scores.accuracy, unit: 'accuracy', note: `${note}; ${about(examples)}` };
  };
  const student = `layers ${layers.join(', ')} of the teacher`;
  return [
    await row('teacher', teacher, 'MiniLM-L6, 1 epoch of fine-tuning'),
    await row('start', start, `${student}, as they are`),
    await row('plain', path.join(runOf('plain'), 'model'), `${student}, ${epochs} epochs of fine-tuning on the labels`),
    await row(
      'prediction',
      path.join(runOf('prediction'), 'model'),
      `${student}, ${epochs} epochs on the teacher's answers`,
    ),
    await row(
      'intermediate_prediction',
      path.join(runOf('intermediate_prediction'), 'model'),
      `${student}, 1 epoch on hidden states and attention, 2 on answers`,
    ),
    await row(
      'relations_prediction',
      path.join(runOf('relations_prediction'), 'model'),
      `${student}, 1 epoch on self-attention relations, 2 on answers`,
    ),
  ];
};

if (existsSync(path.join(dataFolder, 'sst2'))) report('distill', await run());
else console.log(`distill is left out: there is no sst2 in ${dataFolder} (LENGTH_ADAPTIVE_DATA).`);
