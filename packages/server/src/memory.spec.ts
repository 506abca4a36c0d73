/** What models take of memory, in a real process, as it says over its socket. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TestServer } from './testing/start-server.js';
import { startServer } from './testing/start-server.js';
import { writeLargeModel, writeTinyModel } from './testing/tiny-models.js';

const folder = mkdtempSync(join(tmpdir(), 'length-adaptive-server-memory-'));
afterAll(() => rmSync(folder, { recursive: true }));

const mebibytes = 96;

/** A model repository of so many models, each with weights of its own. */
const repositoryOf = (models: number): string => {
  const repository = join(folder, `of-${models}`);
  mkdirSync(repository);
  for (let i = 0; i < models; i++) symlinkSync(join(folder, 'large'), join(repository, `model-${i}`));
  return repository;
};

interface ListedModel {
  readonly weight_bytes: number;
  readonly memory_bytes: number;
}

const listed = async (server: TestServer): Promise<readonly ListedModel[]> =>
  (await server.get('/v1/models')).body['models'] as readonly ListedModel[];

/** Resident MiB of the process, as it tells Prometheus. */
const residentOf = async ({ url }: TestServer): Promise<number> => {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^length_adaptive_process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]) / 2 ** 20;
};

describe('models with large weights', () => {
  const resident: number[] = [];
  let models: readonly ListedModel[] = [];
  beforeAll(async () => {
    await writeLargeModel(join(folder, 'large'), mebibytes);
    for (const count of [1, 3]) {
      const server = await startServer([repositoryOf(count)]);
      resident.push(await residentOf(server));
      models = await listed(server);
      await server.process.end('SIGTERM');
    }
  });

  test('take less memory each than their weights in an array: these stand in none, and of the table nothing is read yet', () => {
    const [one = Number.NaN, three = Number.NaN] = resident;
    expect((three - one) / 2).toBeLessThan(0.9 * mebibytes);
  });

  test('say what they take', () => {
    expect(models).toHaveLength(3);
    for (const { weight_bytes: weights, memory_bytes: memory } of models) {
      expect(weights / 2 ** 20 / mebibytes).toBeCloseTo(1, 1);
      expect(memory).toBeGreaterThan(2 ** 20);
      expect(memory).toBeLessThan(1.4 * weights); // of the first, with what is loaded once
    }
  });
});

test('no thread imports TensorFlow.js where models run on ONNX Runtime; one that runs on it does', async () => {
  const hooks = join(folder, 'hooks.mjs');
  writeFileSync(
    hooks,
    `import { writeSync } from 'node:fs';
     export const resolve = (name, context, next) => {
       if (name.startsWith('@tensorflow/')) writeSync(2, 'imported ' + name + '\\n');
       return next(name, context);
     };`,
  );
  const register = join(folder, 'register.mjs');
  writeFileSync(
    register,
    `import { register } from 'node:module'; register(${JSON.stringify(pathToFileURL(hooks).href)});`,
  );
  await writeTinyModel(join(folder, 'tiny'));
  const printed: string[] = [];
  for (const engine of ['onnx', 'tfjs']) {
    const server = await startServer(['--engine', engine, join(folder, 'tiny')], {
      NODE_OPTIONS: `--import=${pathToFileURL(register).href}`,
    });
    expect(await server.post('/v1/classify', { text: 'a good film' })).toMatchObject({ status: 200 });
    expect(await server.post('/tokenize', { inputs: 'a good film' })).toMatchObject({ status: 200 });
    printed.push(server.process.printed());
    await server.process.end('SIGTERM');
  }
  const [onnx, tfjs] = printed;
  expect(onnx).not.toContain('imported @tensorflow/');
  expect(tfjs).toContain('imported @tensorflow/');
});
