import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of real data sets: `LENGTH_ADAPTIVE_DATA`, else `shared/data` beside the repository. */
const dataFolder = process.env['LENGTH_ADAPTIVE_DATA'] ?? join(__dirname, '../../../../../shared/data');

/** Runs a test on a real data file, or skips it with a name that says which file is absent. */
export const testWithData = (file: string, name: string, run: (path: string) => Promise<void>): void => {
  const path = join(dataFolder, file);
  if (existsSync(path)) test(name, () => run(path));
  else test.skip(`${name} (skipped: no ${file} in LENGTH_ADAPTIVE_DATA)`, () => undefined);
};
