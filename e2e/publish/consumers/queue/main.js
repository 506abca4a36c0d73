import { queueEvaluator } from '@length-adaptive/queue';
import { minimize, realVector } from '@length-adaptive/search';

// Nobody listens there: a Redis that is not there is an error within 5 seconds.
const { evaluate, close } = queueEvaluator({ connection: process.argv[2], study: { name: 'beam', load: 40 } });
const beam = {
  ...realVector({ length: 2, lower: 0.1, upper: 2 }),
  objectives: { weight: 'minimize', sag: 'minimize' },
  evaluate,
};
await minimize(beam, { seed: 1, populationSize: 8, generations: 3 }).then(
  () => console.log('it went well'),
  (error) => console.log(error.name, error.code ?? error.cause?.code),
);
await close().catch(() => undefined);
