import type { Evaluation, ParameterValues, TrainerState } from '@length-adaptive/core';
import { ModelError } from '../errors.js';
import type { TensorData } from '../weights/safetensors.js';
import { readSafetensors } from '../weights/safetensors.js';
import { writeSafetensors } from '../weights/write-safetensors.js';

const format = 'length-adaptive-training';
const version = 1;

interface Header {
  readonly step: number;
  readonly epochsDone: number;
  readonly updates: number;
  readonly best?: { readonly epoch: number; readonly evaluation: Evaluation };
}

const groups = ['weights', 'first', 'second', 'best'] as const;
type Group = (typeof groups)[number];

/** A trainer's state as the bytes of one safetensors file: weights, moments and the best epoch so far, all exact. */
export const encodeTrainerState = ({ step, epochsDone, weights, optimizer, best }: TrainerState): Uint8Array => {
  const tensors = new Map<string, TensorData>();
  const add = (group: Group, values: ParameterValues): void => {
    for (const [name, data] of values) tensors.set(`${group}/${name}`, { shape: [data.length], data, dtype: 'F32' });
  };
  add('weights', weights);
  add('first', optimizer.first);
  add('second', optimizer.second);
  if (best) add('best', best.weights);
  const header: Header = {
    step,
    epochsDone,
    updates: optimizer.updates,
    ...(best && { best: { epoch: best.epoch, evaluation: best.evaluation } }),
  };
  return writeSafetensors(tensors, { metadata: { format, version: String(version), state: JSON.stringify(header) } });
};

const readHeader = (text: string | undefined): Header => {
  try {
    const header = JSON.parse(text ?? '') as Header;
    if ([header.step, header.epochsDone, header.updates].every(Number.isInteger)) return header;
  } catch {
    // told below
  }
  throw new ModelError(
    'FILE_INVALID',
    `The training checkpoint's state is ${JSON.stringify(text)}; expected its step and updates. Start the run anew.`,
  );
};

/**
 * Reads what `encodeTrainerState` wrote.
 *
 * @throws ModelError `SAFETENSORS_INVALID`, `FILE_INVALID` for a file that is no checkpoint or of another version
 */
export const decodeTrainerState = (bytes: Uint8Array): TrainerState => {
  const { tensors, metadata } = readSafetensors(bytes);
  if (metadata['format'] !== format || metadata['version'] !== String(version)) {
    throw new ModelError(
      'FILE_INVALID',
      `Not a training checkpoint of version ${version}: format ${JSON.stringify(metadata['format'])}, version ${JSON.stringify(metadata['version'])}.`,
    );
  }
  const values: Record<Group, ParameterValues> = {
    weights: new Map(),
    first: new Map(),
    second: new Map(),
    best: new Map(),
  };
  for (const [name, { data }] of tensors) {
    const cut = name.indexOf('/');
    const group = groups.find((known) => known === name.slice(0, cut));
    if (!group || !(data instanceof Float32Array))
      throw new ModelError('FILE_INVALID', `Training checkpoint holds an unknown tensor "${name}".`);
    values[group].set(name.slice(cut + 1), data);
  }
  const { step, epochsDone, updates, best } = readHeader(metadata['state']);
  return {
    step,
    epochsDone,
    weights: values.weights,
    optimizer: { updates, first: values.first, second: values.second },
    best: best && { ...best, weights: values.best },
  };
};
