import { join } from 'node:path';
import type { TestProcess } from '@length-adaptive/tools/testing/start-process';
import { startProcess } from '@length-adaptive/tools/testing/start-process';
import type { WorkerOptions } from '../index.js';

/** Starts a worker, and waits until it works. */
export const startTestWorker = async (options: Omit<WorkerOptions, 'processor'>): Promise<TestProcess> => {
  const worker = startProcess(join(__dirname, 'worker-process.ts'), { args: [JSON.stringify(options)] });
  await worker.has('ready');
  return worker;
};
