import type { OperatingPoint } from '@length-adaptive/core';
import { formatPoint, fullLength } from '@length-adaptive/core';
import type {
  BeirData,
  BeirText,
  Predictor,
  RetrievalMetricName,
  TextRole,
  TokenInput,
  VectorsById,
} from '@length-adaptive/models';
import {
  ModelError,
  createPredictor,
  macsShare,
  promptNameFor,
  readBeir,
  scoreRetrieval,
} from '@length-adaptive/models';
import { chosenPoint } from '../choice/chosen-point.js';
import type { Context } from '../context/command.js';
import { CliError } from '../context/errors.js';
import { required } from '../context/settings.js';
import { maxLengthFor, sample } from '../data/data.js';
import { checkRetrievalSettings } from '../data/retrieval-settings.js';
import { openRunnable } from '../engine/engine.js';
import type { OpenedModel } from '../engine/opened-model.js';
import type { UsedEngine } from '../engine/used-engine.js';
import { writeRunResult, writeOwnRunStart } from '../run-folder/run-folder.js';
import type { EvaluateSettings } from './options.js';
import { evaluateOptions } from './options.js';

/** What `evaluate` prints of a folder of documents and queries. */
export interface RetrievalResult extends UsedEngine {
  readonly scores: Readonly<Record<RetrievalMetricName, number>>;
  readonly queries: number;
  readonly documents: number;
  /** Documents without text, which are never found. */
  readonly empty: number;
  /** Share of the full model's MACs that the documents took; queries run at the full length. */
  readonly cost: number;
  readonly point: OperatingPoint;
}

/** A text as a model reads it; undefined for one that holds nothing. */
type Read = (text: BeirText) => TokenInput | undefined;

/** Reads texts after the prompt that a model has for them, cut to a number of tokens. */
const readFor =
  (
    { model: { task, dimensions }, tokenizer }: OpenedModel,
    role: TextRole,
    { maxLength = dimensions.positions }: { readonly maxLength: number | undefined },
  ): Read =>
  ({ id, text }) => {
    const prompt = promptNameFor(task.embedding, role);
    try {
      const [input] = task.prepare(tokenizer, text, { positions: maxLength, truncate: true, prompt }).inputs;
      return input && { ids: input.ids, typeIds: input.typeIds };
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      if (error.code === 'TEXT_EMPTY') return undefined;
      throw new CliError('INPUT_INVALID', `${id}: ${error.message}`, { cause: error });
    }
  };

interface EmbedAllOptions {
  readonly read: Read;
  readonly point?: OperatingPoint;
  readonly name: string;
  readonly context: Context;
}

/** Vectors of all texts that have any; the others have none. */
const embedAll = async (
  predictor: Predictor,
  texts: readonly BeirText[],
  { read, point, name, context }: EmbedAllOptions,
): Promise<VectorsById> => {
  const progress = context.progress(name, 'texts');
  const vectors = new Map<string, ArrayLike<number>>();
  const chunk = 256;
  for (let start = 0; start < texts.length; start += chunk) {
    const some = texts.slice(start, start + chunk).flatMap((text) => {
      const input = read(text);
      return input ? [{ id: text.id, input }] : [];
    });
    const found = await predictor.predict(
      some.map(({ input }) => input),
      { point, signal: context.signal, onError: 'answer' },
    );
    found.forEach(({ embedding, error }, i) => {
      const id = some[i]?.id ?? '';
      if (error) throw new CliError('INPUT_INVALID', `${id}: ${error.message}`);
      if (embedding) vectors.set(id, embedding);
    });
    progress.update(Math.min(start + chunk, texts.length), texts.length);
  }
  progress.end();
  return vectors;
};

const printResult = ({ print }: Context, result: RetrievalResult): void => {
  const { scores, queries, documents, empty, cost, point } = result;
  for (const [name, value] of Object.entries(scores)) print(`${name.padEnd(12)}${value.toFixed(4)}`);
  const without = empty > 0 ? `, ${empty} without text` : '';
  print(`${'queries'.padEnd(12)}${queries}, on ${documents} documents${without}`);
  print(`${'cost'.padEnd(12)}${(100 * cost).toFixed(1)}% of the full model's MACs for documents; queries are whole`);
  print(`${'lengths'.padEnd(12)}${formatPoint(point)}`);
};

/**
 * Scores how well a model's vectors find documents: those of a BEIR folder, at the operating point that is asked for; its queries at the full length.
 *
 * @throws CliError `USAGE` for a metric, since all of retrieval are printed, and for options of files of examples; `SCORE_TOO_LOW` by nDCG@10
 */
export const evaluateRetrieval = async (settings: EvaluateSettings, context: Context): Promise<void> => {
  const source = required(settings.model, 'model');
  if (settings.metric !== undefined)
    throw new CliError('USAGE', 'Leave out --metric: of documents and queries, all metrics of retrieval are printed.');
  const path = required(settings.data, 'data');
  checkRetrievalSettings(path, settings);
  const data: BeirData = await readBeir(path);
  const opened = await openRunnable(source, settings, context);
  const predictor = createPredictor(opened);
  try {
    const queries = sample(data.queries, settings.limit, settings.seed);
    await predictor.embed([]); // a model that makes no vectors says so
    const maxLength = settings.maxLength === undefined ? undefined : maxLengthFor(opened, settings.maxLength);
    const asked = await embedAll(predictor, queries, {
      read: readFor(opened, 'query', { maxLength }),
      name: 'queries',
      context,
    });
    const readDocument = readFor(opened, 'document', { maxLength });
    const counted = data.documents.filter(({ text }) => text !== '').filter((_, i) => i % 20 === 0);
    const lengths = counted.flatMap((document) => readDocument(document)?.ids.length ?? []);
    const point = (await chosenPoint(settings, opened, lengths, context)) ??
      opened.model.builtIn ?? { lengths: fullLength(predictor.dimensions.layers) };
    if (settings.out !== undefined) await writeOwnRunStart(settings.out, evaluateOptions, settings, opened.used);
    const found = await embedAll(predictor, data.documents, {
      read: readDocument,
      point,
      name: 'documents',
      context,
    });
    const judgements = new Map([...data.judgements].filter(([id]) => queries.some((query) => query.id === id)));
    const result: RetrievalResult = {
      scores: scoreRetrieval(found, asked, { judgements }),
      queries: queries.length,
      documents: data.documents.length,
      empty: data.documents.length - found.size,
      cost: macsShare(opened.model, point, lengths),
      point,
      ...opened.used,
    };
    if (settings.out !== undefined) await writeRunResult(settings.out, result);
    if (settings.json) context.print(JSON.stringify(result));
    else printResult(context, result);
    const { minScore } = settings;
    const score = result.scores['ndcg@10'];
    if (minScore !== undefined && score < minScore)
      throw new CliError('SCORE_TOO_LOW', `ndcg@10 is ${score.toFixed(4)}, below --min-score ${minScore}.`);
  } finally {
    predictor.dispose();
  }
};
