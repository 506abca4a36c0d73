/** What one writes in an afternoon: fastify, transformers.js, a route. `node transformers-server.mjs TRANSFORMERS FOLDER MODEL THREADS` */
import fastify from 'fastify';

const [entry, localModelPath, model, threads] = process.argv.slice(2);
const { env, pipeline } = await import(String(entry));
Object.assign(env, { allowRemoteModels: false, localModelPath, useFSCache: false });
const session_options = { logSeverityLevel: 3, intraOpNumThreads: Number(threads), interOpNumThreads: 1 };
const classify = await pipeline('text-classification', model, {
  dtype: 'fp32',
  device: 'cpu',
  local_files_only: true,
  session_options,
});

const app = fastify();
app.post('/v1/classify', async ({ body }) => {
  const [answer] = await classify(/** @type {{ text: string }} */ (body).text);
  return answer;
});
console.log(`listens on ${await app.listen({ port: 0 })}`);
