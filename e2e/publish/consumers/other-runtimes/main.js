import { minimize, realVector } from '@length-adaptive/search';
import { workerPool } from '@length-adaptive/search/workers';

const pool = workerPool({
  worker: () => new Worker(new URL('./score.js', import.meta.url), { type: 'module' }),
  timeoutMs: 60_000,
  retries: 1,
});
const beam = {
  ...realVector({ length: 2, lower: 0.1, upper: 2 }),
  objectives: { weight: 'minimize', sag: 'minimize' },
  evaluate: pool.evaluate,
};
const { front, evaluations } = await minimize(beam, { seed: 1, populationSize: 8, generations: 3 });
await pool.close();
const runtime = ['Deno', 'Bun'].find((name) => name in globalThis);
console.log(JSON.stringify({ runtime, front: front.length, evaluations }));
