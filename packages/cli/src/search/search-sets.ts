import type { SearchSettings } from './options.js';
import type { DataSet } from '../data/data.js';
import { noData, readModelData, sampleData, splitData } from '../data/data.js';
import { CliError } from '../context/errors.js';

/** Reads the examples to search on, and those to report on. */
export const readSearchSets = async (
  path: string,
  settings: SearchSettings,
): Promise<{ readonly searched: DataSet; readonly heldOut: DataSet }> => {
  const { reportData, heldOutShare = 0, limit, seed } = settings;
  if (reportData !== undefined && heldOutShare > 0)
    throw new CliError('USAGE', 'Give --report-data or --held-out-share, not both.');
  if (heldOutShare === 0) {
    const heldOut =
      reportData === undefined ? noData : await readModelData(reportData, { ...settings, limit: undefined });
    return { searched: await readModelData(path, settings), heldOut };
  }
  const { rest, aside } = splitData(await readModelData(path, { ...settings, limit: undefined }), heldOutShare, seed);
  if (rest.examples.length === 0 || aside.examples.length === 0) {
    throw new CliError(
      'INPUT_INVALID',
      `--held-out-share ${heldOutShare} of ${path} leaves ${rest.examples.length} examples to search on and ${aside.examples.length} to report on; give a share that leaves some of both.`,
    );
  }
  return { searched: sampleData(rest, limit, seed), heldOut: aside };
};
