import { appendFileSync, readFileSync } from 'node:fs';
import { writeFile } from '@length-adaptive/models';

/** An append-only file of JSON lines. */
export interface MetricsLog<Line> {
  write(line: Line): void;
  /** All lines, those of an earlier process included. */
  readonly lines: readonly Line[];
}

/** Opens the metrics of a run; a resumed run keeps the first `keep` lines and goes on after them. */
export const openMetrics = async <Line>(path: string, keep = 0): Promise<MetricsLog<Line>> => {
  const kept = keep === 0 ? [] : readFileSync(path, 'utf8').split('\n').slice(0, keep);
  await writeFile(path, kept.map((line) => `${line}\n`).join(''));
  const lines = kept.map((line) => JSON.parse(line) as Line);
  return {
    lines,
    write: (line) => {
      appendFileSync(path, `${JSON.stringify(line)}\n`);
      lines.push(line);
    },
  };
};
