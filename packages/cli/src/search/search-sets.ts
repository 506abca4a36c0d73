import type { BeirData, LabelledInput, RunnableTextModel } from '@length-adaptive/models';
import { encodeDocuments, isBeirFolder, readBeir, textsData } from '@length-adaptive/models';
import type { SearchSettings } from './options.js';
import type { DataSet } from '../data/data.js';
import { noData, readModelData, sampleData, splitData } from '../data/data.js';
import { checkRetrievalSettings } from '../data/retrieval-settings.js';
import { CliError } from '../context/errors.js';

/** What a BEIR folder holds: one item, all of it. */
const retrievalKind: DataSet['kind'] = { ...textsData, name: 'retrieval', holds: 'documents with queries' };

/** Documents with queries, which are looked at together. */
const readRetrieval = async (path: string, settings: SearchSettings): Promise<DataSet> => {
  checkRetrievalSettings(path, settings, ['reportData', 'heldOutShare', 'redis', 'softExtract']);
  return { kind: retrievalKind, examples: [await readBeir(path)] };
};

/** The documents of a data set as inputs; undefined for one that holds examples. */
export const documentsOf = (
  { model, tokenizer }: RunnableTextModel,
  { kind, examples: [data] }: DataSet,
  { maxLength, limit, seed }: { readonly maxLength: number; readonly limit: number | undefined; readonly seed: number },
): LabelledInput[] | undefined =>
  kind.name === retrievalKind.name && data !== undefined
    ? encodeDocuments(model.task, tokenizer, data as BeirData, { maxLength, limit, seed })
    : undefined;

/** Reads the examples to search on, and those to report on. */
export const readSearchSets = async (
  path: string,
  settings: SearchSettings,
): Promise<{ readonly searched: DataSet; readonly heldOut: DataSet }> => {
  const { reportData, heldOutShare = 0, limit, seed } = settings;
  if (await isBeirFolder(path).catch(() => false))
    return { searched: await readRetrieval(path, settings), heldOut: noData };
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
