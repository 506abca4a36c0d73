import { openService, serve } from '@length-adaptive/server';

const server = await serve({ models: 'runs/demo/model', port: 0 });
console.log(server.url);
await server.close();

const service = await openService({ models: 'runs/demo/model' }); // the same without HTTP
const { predictions, cost, degraded } = await service
  .find()
  .infer({ inputs: ['A fine film.'], budget: { minScore: 0.9 } });
console.log(predictions[0]?.label, cost, degraded);
await service.close();
