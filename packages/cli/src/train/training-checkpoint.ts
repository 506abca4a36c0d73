import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrainerState } from '@length-adaptive/core';
import { decodeTrainerState, encodeTrainerState, writeFile } from '@length-adaptive/models';
import { CliError, messageOf } from '../context/errors.js';
import { removeFiles, runFiles } from '../run-folder/run-folder.js';

const tensorsFile = 'checkpoint.safetensors';
/** The tensors of a checkpoint until its header is written. */
const nextTensorsFile = 'checkpoint-next.safetensors';
const headerFile = 'checkpoint.json';

/** Where a run stands between its stages. */
export interface RunPosition {
  /** Number of the stage, from 0. */
  readonly stage: number;
  /** Steps done in this stage. */
  readonly step: number;
  /** Lines of metrics.ndjson written so far. */
  readonly metricsLines: number;
  /** Digest of the training data. */
  readonly data: string;
  /** Digests of the weights that the run began with, by what the models are called. Absent in checkpoints of earlier versions. */
  readonly weights?: Readonly<Record<string, string>>;
}

/** A position with the trainer's state at it. */
export interface TrainingCheckpoint extends RunPosition {
  readonly state: TrainerState;
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Whether a folder holds an interrupted run. */
export const hasCheckpoint = (folder: string): boolean => existsSync(join(folder, headerFile));

/**
 * Writes a checkpoint: the state as safetensors, then its position, which vouches for it. The state before keeps its place until then, so that
 * there is a checkpoint at every moment.
 */
export const writeCheckpoint = async (folder: string, { state, ...position }: TrainingCheckpoint): Promise<void> => {
  const bytes = encodeTrainerState(state);
  await writeFile(join(folder, nextTensorsFile), bytes);
  await writeFile(join(folder, headerFile), `${JSON.stringify({ ...position, sha256: sha256(bytes) }, null, 2)}\n`);
  await rename(join(folder, nextTensorsFile), join(folder, tensorsFile));
};

/** The tensors that a header vouches for: in their place, or where writing ended before they were put there. */
const readTensors = async (folder: string, digest: string): Promise<Uint8Array> => {
  for (const path of [tensorsFile, nextTensorsFile].map((name) => join(folder, name))) {
    const bytes = existsSync(path) ? await readFile(path) : undefined;
    if (bytes && sha256(bytes) === digest) return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  throw new Error('its two files were not written together');
};

/**
 * Reads the checkpoint of a folder.
 *
 * @throws CliError `CHECKPOINT_NOT_FOUND`, `CHECKPOINT_INVALID`
 */
export const readCheckpoint = async (folder: string): Promise<TrainingCheckpoint> => {
  if (!hasCheckpoint(folder)) {
    const finished = existsSync(join(folder, runFiles.result)) ? ' The run there is complete.' : '';
    throw new CliError(
      'CHECKPOINT_NOT_FOUND',
      `There is no checkpoint in ${folder}.${finished} Leave --resume out to start a run.`,
    );
  }
  try {
    const { sha256: digest, ...position } = JSON.parse(
      await readFile(join(folder, headerFile), 'utf8'),
    ) as RunPosition & { sha256: string };
    if (![position.stage, position.step, position.metricsLines].every((count) => Number.isInteger(count) && count >= 0))
      throw new Error(`${headerFile} does not say where the run stood`);
    return { ...position, state: decodeTrainerState(await readTensors(folder, digest)) };
  } catch (error) {
    throw new CliError(
      'CHECKPOINT_INVALID',
      `The checkpoint in ${folder} cannot be used: ${messageOf(error)}. Start anew with --overwrite.`,
      { cause: error },
    );
  }
};

/** Takes a checkpoint away: of a run that is complete, or that another replaces. */
export const removeCheckpoint = (folder: string): Promise<void> =>
  removeFiles(folder, [headerFile, tensorsFile, nextTensorsFile]);

/** Takes away what says how far an earlier run in a folder came, so that none of it is taken for the run that replaces it. */
export const removeEarlierRun = (folder: string): Promise<void> =>
  removeFiles(folder, [headerFile, tensorsFile, nextTensorsFile, runFiles.result]);
