import { appendFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { ModelError, writeFile } from '@length-adaptive/models';
import { CliError, messageOf } from './errors.js';

/** An append-only file of JSON lines. */
export interface MetricsLog<Line> {
  /** @throws ModelError `NOT_WRITABLE`, as when the disk is full */
  write(line: Line): void;
  /** All lines, those of an earlier process included. */
  readonly lines: readonly Line[];
}

const readKept = async <Line>(path: string, keep: number): Promise<Line[]> => {
  try {
    const lines = (await readFile(path, 'utf8')).split('\n').slice(0, keep);
    const complete = lines.filter((line) => line !== '').length;
    if (complete < keep) throw new Error(`it has ${complete} of the ${keep} lines that the checkpoint goes on after`);
    return lines.map((line) => JSON.parse(line) as Line);
  } catch (error) {
    throw new CliError('CHECKPOINT_INVALID', `The run cannot go on, for its ${path} cannot be used: ${messageOf(error)}. Start anew, without --resume.`, { cause: error });
  }
};

/**
 * Opens the metrics of a run; a resumed run keeps the first `keep` lines and goes on after them.
 *
 * @throws CliError `CHECKPOINT_INVALID` where it lacks them
 */
export const openMetrics = async <Line>(path: string, keep = 0): Promise<MetricsLog<Line>> => {
  const lines = keep === 0 ? [] : await readKept<Line>(path, keep);
  await writeFile(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return {
    lines,
    write: (line) => {
      try {
        appendFileSync(path, `${JSON.stringify(line)}\n`);
      } catch (error) {
        throw new ModelError('NOT_WRITABLE', `${path} cannot be written: ${messageOf(error)}. Make room for it, or choose a folder this user may write to.`, { cause: error });
      }
      lines.push(line);
    },
  };
};
