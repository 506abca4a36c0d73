/** What `npm run demo` prints: answers to e-mails at three budgets, vectors of e-mails at three budgets, and how long all of it takes, the build included. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Row } from './harness.js';
import { report } from './harness.js';

const root = fileURLToPath(new URL('..', import.meta.url));

interface AnswerRow {
  readonly precision: 'fp32' | 'int8';
  readonly budget: number;
  readonly cost: number;
  readonly accuracy: number;
  readonly milliseconds: number;
  readonly speedup: number;
}

interface VectorRow {
  readonly name: string;
  readonly cost: number;
  readonly speedup: number;
  readonly cosine: number;
  readonly top: number;
}

/** What the demo leaves in `demo.json`. */
interface Demo {
  readonly seconds: number;
  readonly answers: { readonly mails: number; readonly tokens: number; readonly rows: readonly AnswerRow[] };
  readonly fastest: AnswerRow;
  readonly vectors: { readonly mails: number; readonly tokens: number; readonly rows: readonly VectorRow[] };
}

const start = performance.now();
const { status } = spawnSync(process.execPath, [path.join(root, 'tools/demo.mjs')], {
  cwd: root,
  env: { ...process.env, NX_SKIP_NX_CACHE: 'true' }, // a build as after `npm ci`
  stdio: ['ignore', 'inherit', 'inherit'],
});
if (status !== 0) throw new Error(`tools/demo.mjs ended with ${status}`);
const seconds = (performance.now() - start) / 1000;

const demo = JSON.parse(readFileSync(path.join(root, 'runs/demo/demo.json'), 'utf8')) as Demo;
const { answers, fastest, vectors } = demo;

const ofAnswers = `${answers.mails} e-mails of ${answers.tokens.toFixed(0)} tokens that neither training nor search saw, one at a time, tokenizer included`;
const answerRows = answers.rows.flatMap(({ precision, budget, cost, accuracy, milliseconds, speedup }): Row[] => {
  const id = `demo.${precision}.${budget === 1 ? 'full' : `within_${budget}`}`;
  const note = `${cost.toFixed(3)}x MACs, ${precision}; ${ofAnswers}`;
  return [
    { id: `${id}.accuracy`, value: accuracy, unit: 'accuracy', note },
    { id: `${id}.time`, value: milliseconds, unit: 'ms', note },
    { id: `${id}.speedup`, value: speedup, unit: 'times faster than full length in fp32', note },
  ];
});

const ofVectors = `${vectors.mails} e-mails of ${vectors.tokens.toFixed(0)} tokens, tokens merge by likeness (tome), not trained for it`;
const vectorRows = vectors.rows.slice(1).flatMap(({ name, cost, speedup, cosine, top }): Row[] => {
  const id = `demo.vectors.${name}`;
  const note = `${cost.toFixed(3)}x MACs; ${ofVectors}`;
  return [
    { id: `${id}.speedup`, value: speedup, unit: 'times faster than full length', note },
    { id: `${id}.cosine`, value: cosine, unit: 'cosine to the full vector', note },
    { id: `${id}.top10`, value: top, unit: 'share of the ten nearest that stay', note },
  ];
});

const int8 = answers.rows.find(({ precision, budget }) => precision === 'int8' && budget === fastest.budget);

report('demo', [
  {
    id: 'demo.seconds',
    value: seconds,
    unit: 's',
    note: `npm run demo after npm ci, of which the build took ${(seconds - demo.seconds).toFixed(0)} s`,
  },
  {
    id: 'demo.speedup_within_1_point',
    value: fastest.speedup,
    unit: 'times faster than full length',
    note: `${fastest.cost.toFixed(3)}x MACs, ${(100 * fastest.accuracy).toFixed(1)} % right; ${ofAnswers}`,
  },
  ...(int8
    ? [
        {
          id: 'demo.int8_speedup_within_1_point',
          value: int8.speedup,
          unit: 'times faster than full length in fp32',
          note: `the same budget in int8, ${(100 * int8.accuracy).toFixed(1)} % right; ${ofAnswers}`,
        },
      ]
    : []),
  ...answerRows,
  ...vectorRows,
]);
