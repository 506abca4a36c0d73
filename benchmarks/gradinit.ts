/**
 * GradInit: students that begin from nothing, with new weights as they are drawn and scaled, with warm-up and without. `BENCH_SEEDS=1,2,3`, `BENCH_TASKS=sst2,trec`
 * and `BENCH_RATES=0.002` choose; what was trained is kept in `runs/bench/gradinit`, so that a run that was interrupted goes on.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRandom, shuffled } from '@length-adaptive/core';
import type { LabelledInput, Task, TaskModel, Tokenizer } from '@length-adaptive/models';
import {
  createStudent,
  encodeExamples,
  evaluate,
  fineTune,
  initialiseModel,
  openModel,
  readExamples,
  sequenceClassification,
} from '@length-adaptive/models';
import { onnxTrainingEngine } from '@length-adaptive/onnx';
import * as tf from '@tensorflow/tfjs';
import { dataFolder, runsFolder } from './accuracy/accuracy-rows.js';
import type { Row } from './harness.js';
import { report } from './harness.js';

const list = (name: string, usual: string): string[] => (process.env[name] ?? usual).split(',');
const seeds = list('BENCH_SEEDS', '1,2,3').map(Number);
const rates = list('BENCH_RATES', '0.002').map(Number);
const threads = Number(process.env['BENCH_THREADS'] ?? 1);
const inits = ['new', 'gradinit'] as const;
const warmups = [0, 0.1] as const;
/** A BERT with norms after its blocks, small enough to learn something from a few thousand sentences. */
const shape = { layers: 4, hiddenSize: 64, heads: 2, intermediateSize: 256 };
const plan = { epochs: 2, batchSize: 32 } as const;
/** Iterations of GradInit: two passes each, about as many as there are in the training itself. */
const iterations = 100;
/** The 12,000 tokens of the docs' demo. */
const vocabulary = fileURLToPath(new URL('../apps/docs/public/models/sentiment', import.meta.url));

interface TaskData {
  readonly task: Task;
  readonly about: string;
  read(
    tokenizer: Tokenizer,
  ): Promise<{ readonly train: readonly LabelledInput[]; readonly test: readonly LabelledInput[] }>;
}

const sentiment = sequenceClassification(['0', '1']);
const kinds = sequenceClassification(['ABBR', 'DESC', 'ENTY', 'HUM', 'LOC', 'NUM']);

const tasks: Readonly<Record<string, TaskData>> = {
  sst2: {
    task: sentiment,
    about: '3,000 training phrases of SST-2, accuracy on its dev set',
    read: async (tokenizer) => {
      const all = await readExamples(path.join(dataFolder, 'sst2/train.tsv.gz'));
      const some = shuffled(all, createRandom(7)).slice(0, 3000);
      const dev = await readExamples(path.join(dataFolder, 'sst2/dev.tsv.gz'));
      return {
        train: encodeExamples(tokenizer, sentiment, some),
        test: encodeExamples(tokenizer, sentiment, dev),
      };
    },
  },
  trec: {
    task: kinds,
    about: '5,452 training questions of TREC and what kind of answer they ask for, accuracy on its 500 test questions',
    read: async (tokenizer) => {
      const of = async (part: string): Promise<LabelledInput[]> =>
        encodeExamples(tokenizer, kinds, await readExamples(path.join(dataFolder, `trec/${part}.jsonl.gz`)));
      return { train: await of('train'), test: await of('test') };
    },
  },
};

/** What came of one training. */
interface Outcome {
  readonly score: number;
  /** Mean loss of the first, and of the last, twenty steps. */
  readonly firstLoss: number;
  readonly lastLoss: number;
}

interface Contender {
  readonly name: string;
  readonly init: (typeof inits)[number];
  readonly warmup: number;
  readonly rate: number;
  readonly seed: number;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const factors = new Map<string, ReadonlyMap<string, number>>();

/** Trains a student from nothing, and says what came of it; a loss that is no number any more is an outcome, too. */
const trainOne = async (
  student: TaskModel,
  { train, test }: Awaited<ReturnType<TaskData['read']>>,
  { name, init, warmup, rate, seed }: Contender,
): Promise<Outcome> => {
  const engine = await onnxTrainingEngine(student, { threads });
  try {
    if (init === 'gradinit') {
      const key = `${name} ${rate} ${seed}`; // warm-up comes after it: both contenders begin with the same factors
      const known = factors.get(key);
      if (known) {
        const scaled = await engine.training.readWeights();
        for (const [block, scale] of known) scaled.get(block)?.forEach((value, i, all) => (all[i] = value * scale));
        engine.training.writeWeights(scaled);
      } else {
        const options = { engine, seed, iterations, batchSize: plan.batchSize, stepSize: rate };
        factors.set(key, (await initialiseModel(student, train, options)).scales);
      }
    }
    const options = { ...plan, seed, engine, learningRate: rate, warmupRatio: warmup, dropout: 0 };
    const { losses } = await fineTune(student, { train }, options);
    const score = await evaluate(engine.runnable, test);
    return { score, firstLoss: mean(losses.slice(0, 20)), lastLoss: mean(losses.slice(-20)) };
  } finally {
    await engine.release();
  }
};

const run = async (): Promise<Row[]> => {
  tf.enableProdMode();
  await tf.setBackend('cpu'); // it holds the weights; ONNX Runtime computes
  const folder = path.join(runsFolder, 'gradinit');
  mkdirSync(folder, { recursive: true });
  const chosen = list('BENCH_TASKS', Object.keys(tasks).join(','));
  const outcomes = new Map<string, Outcome[]>();
  for (const seed of seeds)
    for (const rate of rates)
      for (const name of chosen) {
        const data = tasks[name];
        if (data === undefined)
          throw new Error(`There is no task ${name}; there are ${Object.keys(tasks).join(', ')}.`);
        let read: Awaited<ReturnType<TaskData['read']>> | undefined;
        for (const init of inits)
          for (const warmup of warmups) {
            const id = `${name}.${rate.toExponential()}.${init}.${warmup === 0 ? 'plain' : 'warmup'}`;
            const file = path.join(folder, `${id}.${seed}.json`);
            if (!existsSync(file)) {
              const { model: teacher, tokenizer } = await openModel(vocabulary, { task: data.task });
              read ??= await data.read(tokenizer);
              const student = await createStudent(teacher, { shape, seed });
              teacher.dispose();
              const outcome = await trainOne(student, read, { name, init, warmup, rate, seed });
              student.dispose();
              writeFileSync(file, JSON.stringify(outcome));
              console.log(id, seed, outcome);
            }
            const outcome = JSON.parse(readFileSync(file, 'utf8')) as Outcome;
            outcomes.set(id, [...(outcomes.get(id) ?? []), outcome]);
          }
      }
  return [...outcomes].flatMap(([id, found]): Row[] => {
    const about = tasks[id.split('.')[0] ?? '']?.about ?? '';
    const of = (field: keyof Outcome): number[] => found.map((outcome) => outcome[field]);
    const note = (values: readonly number[], digits: number): string =>
      `${values.length === 1 ? 'one seed' : `mean of ${values.length} seeds (${values.map((value) => value.toFixed(digits)).join(', ')})`}; 4 layers, 64 wide, from nothing, ${iterations} iterations where GradInit runs, 2 epochs of 32 a step, no dropout; ${about}`;
    return [
      { id: `gradinit.${id}.score`, value: mean(of('score')), unit: 'score', note: note(of('score'), 3) },
      {
        id: `gradinit.${id}.loss`,
        value: mean(of('lastLoss')),
        unit: 'loss',
        note: `last 20 steps, ${note(of('lastLoss'), 3)}`,
      },
      {
        id: `gradinit.${id}.first_loss`,
        value: mean(of('firstLoss')),
        unit: 'loss',
        note: `first 20 steps, ${note(of('firstLoss'), 3)}`,
      },
    ];
  });
};

if (existsSync(path.join(dataFolder, 'sst2'))) report('gradinit', await run());
else console.log(`gradinit is left out: there is no sst2 in ${dataFolder} (LENGTH_ADAPTIVE_DATA).`);
