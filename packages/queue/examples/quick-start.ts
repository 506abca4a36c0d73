import { queueEvaluator, startWorker } from '@length-adaptive/queue';
import { minimize, realVector } from '@length-adaptive/search';

const connection = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379';
const worker = await startWorker({ connection, processor: new URL('./evaluate.mjs', import.meta.url), concurrency: 2 });

const { evaluate, close } = queueEvaluator<readonly number[], 'weight' | 'sag'>({
  connection,
  study: { name: 'beam', load: 40 },
});
const beam = {
  ...realVector({ length: 2, lower: 0.1, upper: 2 }),
  objectives: { weight: 'minimize', sag: 'minimize' } as const,
  evaluate,
};
const { front, evaluations } = await minimize(beam, { seed: 1, populationSize: 8, generations: 3 });
console.log(`${front.length} designs that no other beats, of ${evaluations}`);
await close();
await worker.close();
