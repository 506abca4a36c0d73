import { join } from 'node:path';
import type {
  CandidateList,
  RerankDocument,
  Reranker,
  Reranking,
  RerankOptions,
  RerankRecord,
  RunnableTextModel,
} from '@length-adaptive/models';
import {
  ModelError,
  createReranker,
  formatLengthAdaptiveFile,
  lengthAdaptiveFileName,
  searchCascades,
  withCascades,
  writeFile,
} from '@length-adaptive/models';
import pico from 'picocolors';
import { checkLengthSettings, parseBudget, readPoint } from '../choice/length-choice.js';
import type { Context } from '../context/command.js';
import { CliError, inputsLeftOut } from '../context/errors.js';
import { flagOf, required } from '../context/settings.js';
import { readTexts } from '../data/read-texts.js';
import { openRunnable } from '../engine/engine.js';
import { checkModelFolder } from '../run-folder/model-folder.js';
import { writeRunResult, writeOwnRunStart } from '../run-folder/run-folder.js';
import type { RerankSettings } from './options.js';
import { rerankOptions } from './options.js';
import { readCandidates } from './read-candidates.js';

/** The documents of the one query: arguments, then those of a file. */
const documentsOf = async ({ documents }: RerankSettings, { args, io }: Context): Promise<RerankDocument[]> => {
  const all: RerankDocument[] = [...args];
  if (documents === undefined) return all;
  for await (const texts of readTexts(documents, io.stdin)) {
    for (const { line, input, error } of texts) {
      if (error) throw error;
      if (typeof input !== 'string')
        throw new CliError(
          'INPUT_INVALID',
          `${documents}, document ${line}: a second text came with it; a document is one text, and --query is the other.`,
        );
      all.push(input);
    }
  }
  return all;
};

/** @throws CliError `USAGE` for neither or both of a query and a file of them */
const listsOf = async (settings: RerankSettings, context: Context): Promise<CandidateList[]> => {
  const { query, candidates, documents } = settings;
  if ((query === undefined) === (candidates === undefined))
    throw new CliError('USAGE', 'Give --query with documents, or --candidates FILE with many queries.');
  if (candidates === undefined) return [{ query: query ?? '', documents: await documentsOf(settings, context) }];
  if (documents !== undefined || context.args.length > 0)
    throw new CliError('USAGE', '--candidates holds its documents; leave others out.');
  return readCandidates(candidates);
};

/** What a reranker is asked, as the settings say it. @throws CliError `USAGE` */
const askedOf = (
  { budget, lengthConfig, keep, topK, deadline }: RerankSettings,
  { model }: RunnableTextModel,
  { points }: Reranker,
): RerankOptions => {
  if (keep !== undefined && lengthConfig === undefined)
    throw new CliError('USAGE', '--keep needs --length-config, at which all documents are scored first.');
  const wanted = budget === undefined ? undefined : parseBudget(budget);
  if (wanted && 'latencyMs' in wanted)
    throw new CliError('USAGE', `--budget is ${budget}; for a time give --deadline, which is kept.`);
  const point = lengthConfig === undefined ? undefined : readPoint(lengthConfig, model.dimensions.layers, points);
  return {
    topK,
    deadlineMs: deadline,
    ...(wanted && { budget: wanted }),
    ...(point && (keep === undefined ? { point } : { cascade: { point, keep } })),
  };
};

const textOf = (document: RerankDocument | undefined): string =>
  (typeof document === 'string' ? document : (document?.text ?? '')).replace(/\s+/g, ' ');

/** A ranking as lines for people; fields apart by tabs where no terminal aligns them. */
const linesOf = ({ results }: Reranking, { documents }: CandidateList, { io, color }: Context): string[] => {
  const { bold, dim } = pico.createColors(color);
  return results.map(({ index, score, point }) => {
    const kept = `${Math.round(100 * (point.lengths?.at(-1) ?? 1))}%`;
    const text = textOf(documents[index]);
    if (io.stdout.isTTY !== true) return [score.toFixed(4), index, kept, text].join('\t');
    const [first, rest] = [score.toFixed(4).padStart(9), `  ${String(index).padStart(4)}  ${kept.padStart(4)}  `];
    const room = Math.max(10, (io.stdout.columns ?? 80) - first.length - rest.length - 1);
    return `${bold(first)}${dim(rest)}${text.slice(0, room)}`;
  });
};

/** What was not ranked, as a line for people; undefined where all was. */
const remark = ({ unseen, failed }: Reranking): string | undefined => {
  const [first] = failed;
  const parts = [
    ...(unseen.length > 0 ? [`no time was left for ${unseen.length} documents`] : []),
    ...(first ? [`${failed.length} cannot be read (document ${first.index}: ${first.error.message})`] : []),
  ];
  return parts.length > 0 ? `${parts.join('; ')}.` : undefined;
};

/** Finds cascades and keeps them in the model's folder. */
const search = async (
  source: string,
  opened: RunnableTextModel,
  lists: readonly CandidateList[],
  { label, scale, maxLength, stride, ordered }: RerankSettings,
  context: Context,
): Promise<RerankRecord> => {
  const progress = context.progress('cascades', 'queries');
  const record = await searchCascades(opened, lists, {
    ...{ label, scale, stride, ordered, windowLength: maxLength, signal: context.signal },
    onList: (done, total) => progress.update(done, total),
  }).finally(() => progress.end());
  await writeFile(
    join(source, lengthAdaptiveFileName),
    formatLengthAdaptiveFile(withCascades(opened.lengthAdaptive, record)),
  );
  return record;
};

/** @throws CliError `USAGE` for what a search for cascades cannot do, and for what it would not look at */
const checkSearchSettings = (source: string, settings: RerankSettings): void => {
  const { candidates, adapter, tower } = settings;
  if (candidates === undefined)
    throw new CliError('USAGE', '--search-cascades needs --candidates, lists of documents that a first search found.');
  const other = (['topK', 'deadline', 'budget', 'keep', 'lengthConfig'] as const).find(
    (key) => settings[key] !== undefined,
  );
  if (other !== undefined)
    throw new CliError(
      'USAGE',
      `${flagOf(other)} came with --search-cascades, which finds what budgets and deadlines choose among and ranks nothing; leave it out, and give it to a lat rerank that comes after.`,
    );
  checkModelFolder(source, 'search for cascades');
  if (adapter !== undefined || tower === 'texts')
    throw new CliError(
      'USAGE',
      '--search-cascades writes what it finds into the folder of the model, which opens otherwise without --adapter or --tower. Search in a folder of the merged weights (lat compress --adapter ADAPTER --weights fp32 --out DIR).',
    );
};

/** Where a first search found nothing. */
const nothing: Reranking = { results: [], unseen: [], failed: [], stages: [], cost: 0, milliseconds: 0 };

/** Why a query cannot be ranked, which says nothing of the others; undefined for what ends the run. */
const ofQuery = (error: unknown): ModelError | undefined =>
  error instanceof ModelError && error.code.startsWith('TEXT_') ? error : undefined;

/** Reranks the documents of one query or of many, and prints each ranking as it is done. */
export const rerank = async (settings: RerankSettings, context: Context): Promise<void> => {
  const source = required(settings.model, 'model');
  checkLengthSettings(settings);
  const { json, out, label, scale, maxLength, stride, ordered, deadline } = settings;
  if (settings.searchCascades) checkSearchSettings(source, settings);
  const lists = await listsOf(settings, context);
  const opened = await openRunnable(source, settings, context);
  try {
    if (out !== undefined) await writeOwnRunStart(out, rerankOptions, settings, opened.used);
    if (settings.searchCascades) {
      const record = await search(source, opened, lists, settings, context);
      if (json) context.print(JSON.stringify(record));
      else
        for (const { point, keep, fidelity, cost } of record.cascades)
          context.print([cost.toFixed(3), fidelity.toFixed(4), keep, point.lengths?.join(',') ?? 'full'].join('\t'));
      if (out !== undefined) await writeRunResult(out, { ...opened.used, ...record });
      return;
    }
    const reranker = createReranker(opened, {
      label,
      scale,
      stride,
      ordered: ordered || undefined,
      windowLength: maxLength,
    });
    const asked = { ...askedOf(settings, opened, reranker), signal: context.signal };
    if (deadline !== undefined) await reranker.calibrate({ signal: context.signal });
    const rankings: unknown[] = [];
    const failures: ModelError[] = [];
    const rank = async (list: CandidateList): Promise<Reranking | ModelError> => {
      if (lists.length === 1) return reranker.rerank(list.query, list.documents, asked);
      if (list.documents.length === 0) return nothing;
      try {
        return await reranker.rerank(list.query, list.documents, asked);
      } catch (error) {
        const failure = ofQuery(error);
        if (failure) return failure;
        throw error;
      }
    };
    for (const list of lists) {
      const ranking = await rank(list);
      if (ranking instanceof ModelError) {
        const { code, message } = ranking;
        const shown = { query: list.query, error: { code, message } };
        failures.push(ranking);
        context.print(json ? JSON.stringify(shown) : ['error', code, message, list.query].join('\t'));
        if (out !== undefined) rankings.push(shown);
        continue;
      }
      const shown = {
        query: list.query,
        ...ranking,
        results: ranking.results.map((result) => ({ ...result, document: list.documents[result.index] })),
      };
      if (json) context.print(JSON.stringify(shown));
      else {
        if (lists.length > 1) context.print(list.query);
        for (const line of linesOf(ranking, list, context)) context.print(line);
        const said = remark(ranking);
        if (said !== undefined) context.note(said);
      }
      if (out !== undefined) rankings.push(shown);
    }
    if (out !== undefined) await writeRunResult(out, { ...opened.used, rankings });
    const error = inputsLeftOut(failures, lists.length, 'queries were not ranked; their errors stand in their places');
    if (error) throw error;
  } finally {
    opened.model.dispose();
  }
};
