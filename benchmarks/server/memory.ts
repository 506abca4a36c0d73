/** What a server takes of memory: with one model, and with four. */
import { mkdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { startOurs } from './processes.js';

/** MiB. */
export interface MemoryOfModels {
  readonly one: number;
  readonly four: number;
  /** Of the file of weights. */
  readonly file: number;
}

const settleMs = 5000;

/** Resident memory of a server that nobody asks anything. */
const idleMemory = async (models: string): Promise<number> => {
  const server = await startOurs(models);
  try {
    await new Promise((resolve) => setTimeout(resolve, settleMs));
    return await server.memory();
  } finally {
    await server.stop();
  }
};

/**
 * Serves a model alone, and four that are each opened as a model of its own.
 *
 * @param model its folder
 * @param folder is written anew
 */
export const measureMemory = async (model: string, folder: string): Promise<MemoryOfModels> => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of ['a', 'b', 'c', 'd']) symlinkSync(path.resolve(model), path.join(folder, name));
  return {
    one: await idleMemory(model),
    four: await idleMemory(folder),
    file: statSync(path.join(model, 'model.safetensors')).size / 2 ** 20,
  };
};

/** Rows of a report. */
export const memoryRows = ({ one, four, file }: MemoryOfModels) => {
  const each = (four - one) / 3;
  const about = `resident, idle, fp32, one worker with one thread each; weights of ${file.toFixed(0)} MiB`;
  const row = (id: string, value: number, unit: string, note: string) => ({
    id: `server.${id}`,
    value,
    unit,
    note: `${note}; ${about}`,
  });
  const times = "times the model's file";
  return [
    row('memory_one_model', one, 'MiB', `${(one - each).toFixed(0)} MiB of it the process itself`),
    row('memory_one_model_of_file', one / file, times, `${one.toFixed(0)} MiB, the process itself included`),
    row('memory_four_models', four, 'MiB', `${each.toFixed(0)} MiB for each further model`),
    row('memory_four_models_of_file', four / (4 * file), 'times the four files', `${four.toFixed(0)} MiB`),
    row('memory_each_model_of_file', each / file, times, `${each.toFixed(0)} MiB for each further model`),
  ];
};
