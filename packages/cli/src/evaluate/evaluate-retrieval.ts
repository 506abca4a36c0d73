import type { OperatingPoint } from '@length-adaptive/core';
import { formatPoint, fullLength } from '@length-adaptive/core';
import type { BeirData, BeirText, Predictor, RetrievalMetricName, VectorsById } from '@length-adaptive/models';
import { createPredictor, macsShare, readBeir, scoreRetrieval } from '@length-adaptive/models';
import { chosenPoint } from '../choice/chosen-point.js';
import type { Context } from '../context/command.js';
import { CliError } from '../context/errors.js';
import { required, savedSettings } from '../context/settings.js';
import { sample } from '../data/data.js';
import { openRunnable } from '../engine/engine.js';
import type { UsedEngine } from '../engine/used-engine.js';
import { writeRunResult, writeRunStart } from '../run-folder/run-folder.js';
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

/** What a model puts before queries and documents, where it has a prompt for them. */
const promptFor = ({ embedding }: Predictor, names: readonly string[]): string | undefined =>
  names.find((name) => embedding !== undefined && Object.hasOwn(embedding.prompts, name));

interface EmbedAllOptions {
  readonly point?: OperatingPoint;
  readonly prompt: string | undefined;
  readonly name: string;
  readonly context: Context;
}

/** Vectors of all texts that have any; the others have none. */
const embedAll = async (
  predictor: Predictor,
  texts: readonly BeirText[],
  { point, prompt, name, context }: EmbedAllOptions,
): Promise<VectorsById> => {
  const progress = context.progress(name, 'texts');
  const vectors = new Map<string, ArrayLike<number>>();
  const chunk = 256;
  for (let start = 0; start < texts.length; start += chunk) {
    const some = texts.slice(start, start + chunk);
    const found = await predictor.embed(
      some.map(({ text }) => text),
      { point, prompt, signal: context.signal, onError: 'answer' },
    );
    found.forEach(({ vector, error }, i) => {
      if (vector) vectors.set(some[i]?.id ?? '', vector);
      else if (error.code !== 'TEXT_EMPTY') throw new CliError('INPUT_INVALID', `${some[i]?.id}: ${error.message}`);
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
 * @throws CliError `USAGE` for a metric, since all of retrieval are printed; `SCORE_TOO_LOW` by nDCG@10
 */
export const evaluateRetrieval = async (settings: EvaluateSettings, context: Context): Promise<void> => {
  const source = required(settings.model, 'model');
  if (settings.metric !== undefined)
    throw new CliError('USAGE', 'Leave out --metric: of documents and queries, all metrics of retrieval are printed.');
  const data: BeirData = await readBeir(required(settings.data, 'data'));
  const opened = await openRunnable(source, settings, context);
  const predictor = createPredictor(opened);
  try {
    const queries = sample(data.queries, settings.limit, settings.seed);
    const asked = await embedAll(predictor, queries, {
      prompt: promptFor(predictor, ['query']),
      name: 'queries',
      context,
    });
    const counted = data.documents.filter(({ text }) => text !== '').filter((_, i) => i % 20 === 0);
    const lengths = await Promise.all(counted.map(({ text }) => predictor.countTokens(text, { truncate: true })));
    const point = (await chosenPoint(settings, opened, lengths, context)) ??
      opened.model.builtIn ?? { lengths: fullLength(predictor.dimensions.layers) };
    if (settings.out !== undefined)
      await writeRunStart(settings.out, savedSettings(evaluateOptions, settings), opened.used);
    const found = await embedAll(predictor, data.documents, {
      point,
      prompt: promptFor(predictor, ['document', 'passage']),
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
