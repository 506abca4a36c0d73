/** What runs in the threads of a model: opens it once, then computes one batch after another. */
import type { OperatingPoint } from '@length-adaptive/core';
import { lengthsOf } from '@length-adaptive/core/lengths';
import type { Predictor, TextError, TextInput } from '@length-adaptive/models';
import { rowsBy } from '@length-adaptive/models/engine';
import { makeTask } from '@length-adaptive/models/predict';
import { workerData } from 'piscina';
import type { ServerErrorCode } from '../errors.js';
import { messageOf, placeOf } from '../errors.js';
import { openPredictor } from './open-predictor.js';
import type { ModelFacts, ThreadAnswer, ThreadData, ThreadResult, ThreadText, TimedBatch } from './thread-messages.js';

/** What opens the model when it is first asked for, and again if that failed: its files may have come back. */
const opener = (more: Partial<ThreadData> = {}): (() => Promise<Predictor>) => {
  let opening: Promise<Predictor> | undefined;
  return async () => {
    opening ??= openPredictor({ ...(workerData as ThreadData), ...more });
    try {
      return await opening;
    } catch (error) {
      opening = undefined;
      throw error;
    }
  };
};

const opened = opener();

/** The model once more, with a vector for every token: opened for the first request that wants these. */
const openedForTokens = opener({ embedding: { pooling: 'none', normalize: false } });

/** Codes of the packages below that are the client's doing, and what they are called here. */
const clientCodes: Readonly<Record<string, ServerErrorCode>> = {
  TEXT_EMPTY: 'TEXT_EMPTY',
  TEXT_TOO_LONG: 'TEXT_TOO_LONG',
  TEXT_UNSUPPORTED: 'REQUEST_INVALID',
  IMAGE_INVALID: 'REQUEST_INVALID',
  OPTION_INVALID: 'REQUEST_INVALID',
  INPUT_INVALID: 'REQUEST_INVALID',
  LENGTH_CONFIG_INVALID: 'LENGTH_CONFIG_INVALID',
  OPERATING_POINT_INVALID: 'REQUEST_INVALID',
  BUDGET_INVALID: 'REQUEST_INVALID',
  BUDGET_INFEASIBLE: 'BUDGET_INFEASIBLE',
};

const failed = (error: unknown): ThreadAnswer => {
  const {
    code = '',
    message = messageOf(error),
    nearest,
  } = error as Partial<Omit<TextError, 'code'>> & { code?: string };
  const known = clientCodes[code];
  return known ? { code: known, message, nearest } : { code: 'INTERNAL', message, place: placeOf(error) };
};

const optionsOf = ({
  truncate,
  answers,
  maxAnswerTokens,
  threshold,
  rawScores,
  promptName,
  inWindows,
}: ThreadText) => ({
  truncate,
  answers,
  maxAnswerTokens,
  threshold,
  rawScores,
  prompt: promptName,
  inWindows,
});

/** Answers texts that are read alike. */
const answerAlike = async (predictor: Predictor, texts: readonly ThreadText[]): Promise<ThreadAnswer[]> => {
  const [first] = texts;
  if (!first) return [];
  try {
    const points = texts.map(({ point }) => point);
    const predictions = await predictor.predict(
      texts.map(({ input }) => input),
      { ...optionsOf(first), points, onError: 'answer' },
    );
    return predictions.map((prediction) => (prediction.error ? failed(prediction.error) : { prediction }));
  } catch (error) {
    if (texts.length === 1) return [failed(error)];
    const alone: ThreadAnswer[] = []; // no text is at fault: perhaps it was too much at once
    for (const text of texts) alone.push(...(await answerAlike(predictor, [text])));
    return alone;
  }
};

/** Opens the model and does no more. */
export const open = async (): Promise<void> => {
  await opened();
};

/** What answers texts that are read alike, and why it cannot be opened. */
const predictorFor = async ({ everyToken = false }: ThreadText): Promise<Predictor | ThreadAnswer> => {
  if (!everyToken) return opened();
  try {
    return await openedForTokens();
  } catch (error) {
    return failed(error);
  }
};

/** Computes one batch. */
export const compute = async (texts: readonly ThreadText[]): Promise<ThreadResult> => {
  await opened();
  const predictors = new Map<boolean, Predictor | ThreadAnswer>();
  for (const text of texts) {
    const key = text.everyToken === true;
    if (!predictors.has(key)) predictors.set(key, await predictorFor(text));
  }
  const start = performance.now();
  const answers = new Array<ThreadAnswer>(texts.length);
  const groups = rowsBy(texts.map((text) => JSON.stringify([text.everyToken, optionsOf(text)])));
  for (const rows of groups.values()) {
    const alike = rows.map((row) => texts[row] as ThreadText);
    const predictor = predictors.get(alike[0]?.everyToken === true) as Predictor | ThreadAnswer;
    const own = 'predict' in predictor ? await answerAlike(predictor, alike) : alike.map(() => predictor);
    rows.forEach((row, i) => (answers[row] = own[i] as ThreadAnswer));
  }
  return { answers, computeMs: performance.now() - start };
};

/** Words of the texts that are timed at the start. */
const timedWords = [4, 48, 96];

const timePass = async (predictor: Predictor, words: number, point?: OperatingPoint): Promise<TimedBatch> => {
  const text = new Array<string>(words).fill('word').join(' ');
  const input: TextInput = makeTask(predictor.task).pair === 'required' ? ['word', text] : text;
  const start = performance.now();
  const [prediction] = await predictor.predict([input], { truncate: true, ...(point && { points: [point] }) });
  return { macs: predictor.macs(prediction?.tokens ?? words), milliseconds: performance.now() - start };
};

/** Passes of each kind that a pace is taken from. */
const pacePasses = 5;

/** How fast passes in other bits are, in turn with those in the model's own; nothing where no point has such. */
const paceOf = async (predictor: Predictor, words: number): Promise<Pick<ModelFacts, 'pace'>> => {
  const bits = new Set(predictor.paretoSet.flatMap(({ point }) => (point.bits === undefined ? [] : [point.bits])));
  if (bits.size === 0) return {};
  const kinds: readonly OperatingPoint[] = [{}, ...[...bits].map((own) => ({ bits: own }))];
  const least = kinds.map(() => Infinity);
  for (let pass = -1; pass < pacePasses; pass++)
    for (const [i, point] of kinds.entries()) {
      const { milliseconds } = await timePass(predictor, words, point);
      if (pass >= 0) least[i] = Math.min(least[i] ?? Infinity, milliseconds); // one pass warms up
    }
  const [own = Number.NaN, ...others] = least;
  return { pace: Object.fromEntries([...bits].map((name, i) => [name, (others[i] ?? own) / own])) };
};

/** Tells of the model, once it is open and warm. */
export const describe = async (): Promise<ModelFacts> => {
  const predictor = await opened();
  const { engine, task, labels, dimensions, head, prior, embedding, builtIn, weightBytes } = predictor;
  if (dimensions.image)
    throw new Error(
      'it reads images, and requests hold texts. Of a model of two towers, such as CLIP, serve that for texts (--tower texts).',
    );
  const paretoSet = predictor.paretoSet.map((found) => ({
    ...found,
    point: { ...found.point, lengths: lengthsOf(found.point, dimensions.layers) }, // as clients are told them
  }));
  const timed: TimedBatch[] = [];
  const most = timedWords.at(-1) as number;
  for (const words of [most, ...timedWords]) timed.push(await timePass(predictor, words)); // the first is the warm-up
  return {
    ...{ engine, task, labels, dimensions, head, weightBytes, paretoSet },
    ...(prior && { prior: prior.name }),
    ...(builtIn && { builtIn }),
    ...(embedding && { pooling: embedding.pooling }),
    timed: timed.slice(1),
    ...(await paceOf(predictor, most)),
  };
};
