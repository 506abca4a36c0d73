/** WebGPU in Node for benchmarks: Dawn, of the npm package `webgpu`. */
import { createRequire } from 'node:module';

const { openDawn } = createRequire(import.meta.url)('../../tools/jest-dawn.cjs') as {
  openDawn(): Promise<{ missing: string } | { gpu: object; globals: object; adapter: string }>;
};

/**
 * Puts Dawn where a browser has WebGPU. Without an adapter, says so and ends the process.
 *
 * @returns the adapter: vendor, architecture, driver
 */
export const offerWebGpu = async (benchmark: string): Promise<string> => {
  const dawn = await openDawn();
  if ('missing' in dawn) {
    console.error(`${benchmark}: nothing is measured: ${dawn.missing}`);
    return process.exit(0);
  }
  Object.assign(globalThis, dawn.globals);
  Object.defineProperty(globalThis, 'navigator', { value: { gpu: dawn.gpu }, configurable: true });
  return dawn.adapter;
};
