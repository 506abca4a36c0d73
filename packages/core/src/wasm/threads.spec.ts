import { execFile } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/** Runs in a process of its own: the threaded build must be chosen before anything else has run. */
const script = `
  const { useWasmThreads } = await import('@length-adaptive/core/wasm/node');
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  const tf = await import('@tensorflow/tfjs');
  const instantiate = WebAssembly.instantiate;
  let instances = 0;
  WebAssembly.instantiate = (...given) => (instances++, instantiate(...given));
  await useWasmThreads({ threads: Number(process.env.THREADS) });
  const values = (n) => Float32Array.from({ length: n }, (_, i) => Math.sin(i));
  const product = tf.matMul(tf.tensor(values(4 * 70 * 50), [4, 70, 50]), tf.tensor(values(4 * 60 * 50), [4, 60, 50]), false, true);
  const sum = (await product.data()).reduce((total, value, i) => total + value * (i % 7), 0);
  console.log(JSON.stringify({ backend: tf.getBackend(), threads: wasm.getThreadsCount(), sum, instances, worker: typeof globalThis.Worker }));
`;

const run = async (threads: number) => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--conditions=@length-adaptive/source', '--input-type=module', '-e', script],
    { timeout: 240_000, cwd: path.join(__dirname, '../..'), env: { ...process.env, THREADS: String(threads) } },
  );
  return JSON.parse(stdout.slice(stdout.indexOf('{"backend"'))) as {
    backend: string;
    threads: number;
    sum: number;
    instances: number;
    worker: string;
  };
};

test('the threaded build runs in Node, gives the same numbers, and lets the process end', async () => {
  const [one, two] = [await run(1), await run(2)];
  expect(one).toMatchObject({ backend: 'wasm', instances: 1, worker: 'undefined' });
  expect(two).toEqual({ ...one, threads: Math.min(2, os.cpus().length) });
});
