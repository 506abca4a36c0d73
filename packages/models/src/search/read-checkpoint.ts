import { isRecord } from '../sources/json-record.js';
import type { LengthSearchCheckpoint } from './length-problem.js';

/**
 * A checkpoint as this release writes it: in those of earlier ones a genome is a bare list of lengths. Whether it is a checkpoint at all is
 * for the search to say.
 */
export const readLengthCheckpoint = (saved: unknown): Partial<LengthSearchCheckpoint> | undefined => {
  if (!isRecord(saved) || !Array.isArray(saved['evaluated']))
    return saved as Partial<LengthSearchCheckpoint> | undefined;
  const entries: readonly unknown[] = saved['evaluated'];
  const evaluated = entries.map((entry) =>
    isRecord(entry) && Array.isArray(entry['genome']) ? { ...entry, genome: { lengths: entry['genome'] } } : entry,
  );
  return { ...saved, evaluated } as Partial<LengthSearchCheckpoint>;
};

/** Whether a parsed value looks like the state of a length search; whether it fits one, the search says that goes on from it. */
export const isLengthSearchCheckpoint = (value: unknown): value is LengthSearchCheckpoint =>
  isRecord(value) && Number.isInteger(value['generation']) && Array.isArray(value['evaluated']);
