import type { Task, TaskName, TextInput, TokenInput } from '@length-adaptive/models';
import { isTokenInput, makeTask, taskDefinitions, unheardOption } from '@length-adaptive/models/predict';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { invalidRequest, ServerError } from '../errors.js';
import type { InferenceRequest, InferenceResult } from '../request.js';
import type { ModelStatus, ServedModel, Service } from '../service.js';
import type { Ranking } from '../reranking/rank-texts.js';
import { rankTexts, rankTextsWithin } from '../reranking/rank-texts.js';
import { exchangeOf } from './exchange.js';
import type { ResolvedHttpOptions } from './http-options.js';
import { inferenceRequest, type RequestFields, type RerankFields } from './request-fields.js';
import { headersOfResult } from './result-fields.js';

/** Which model a request is for. */
export interface Wanted {
  /** Default: the only model. */
  readonly model?: string | undefined;
  /** Default: the newest. */
  readonly version?: string | undefined;
  /** What the model's answers must be made of. Default: anything. */
  readonly answers?: Task['answers'] | undefined;
}

/** A model, and how it stands. */
export interface Found {
  readonly model: ServedModel;
  readonly status: ModelStatus;
}

/** What a request has for its model. */
export interface Work {
  readonly inputs: readonly (TextInput | TokenInput)[];
  readonly fields: RequestFields;
  /** Whether the protocol can say of single texts that they were refused. */
  readonly partial?: boolean | undefined;
  /** Whether the protocol asks for the model's outputs as they are. */
  readonly rawScores?: boolean | undefined;
  /** Name of the model's prompt that is put before each text: embedding only. */
  readonly promptName?: string | undefined;
  /** Whether every token of a text has a vector: embedding only. */
  readonly everyToken?: boolean | undefined;
}

/** What becomes of documents that are too long with their query. */
export type LongDocuments = Pick<InferenceRequest, 'truncate' | 'inWindows'>;

/** The two steps from a request to its answer, the same for all protocols. */
export interface Inference {
  /** @throws ServerError `MODEL_NOT_FOUND`, `TASK_MISMATCH` */
  find(request: FastifyRequest, wanted: Wanted): Found;
  /**
   * Has the model answer, and sets the headers of the reply.
   *
   * @throws ServerError `BATCH_TOO_LARGE`, `TEXT_TOO_LARGE`, and whatever the model says
   */
  run(request: FastifyRequest, reply: FastifyReply, found: Found, work: Work): Promise<InferenceResult>;
  /**
   * Has the model say how relevant the second text of each pair is to the first: one job or, under a deadline, as much as there is time for.
   *
   * @throws ServerError as `run` does
   */
  rank(
    request: FastifyRequest,
    reply: FastifyReply,
    found: Found,
    work: Pick<Work, 'inputs'> & { readonly fields: RerankFields; readonly long: LongDocuments },
  ): Promise<Ranking>;
}

/** @throws ServerError `BATCH_TOO_LARGE`, `TEXT_TOO_LARGE` */
export const checkSize = (
  inputs: Work['inputs'],
  { maxTexts, maxTextLength }: Pick<ResolvedHttpOptions, 'maxTexts' | 'maxTextLength'>,
): void => {
  if (inputs.length > maxTexts)
    throw new ServerError(
      'BATCH_TOO_LARGE',
      `${inputs.length} texts came; this server takes ${maxTexts} at once. Send them in several requests.`,
    );
  inputs.forEach((input, row) => {
    const texts = isTokenInput(input) ? [] : typeof input === 'string' ? [input] : input;
    const longest = Math.max(0, ...texts.map((text) => text.length));
    if (longest > maxTextLength)
      throw new ServerError(
        'TEXT_TOO_LARGE',
        `Text ${row} has ${longest} characters; this server takes ${maxTextLength}.`,
      );
  });
};

const checkPriority = (
  { priority = 0 }: Pick<RequestFields, 'priority'>,
  { minPriority }: Pick<ResolvedHttpOptions, 'minPriority'>,
): void => {
  if (priority < minPriority && priority < 0)
    throw invalidRequest(`priority is ${priority}; this server takes ${Math.min(0, minPriority)} and above.`);
};

/** @throws ServerError `REQUEST_INVALID` for a field that the model's task makes nothing of */
export const checkHeard = (task: TaskName, fields: RequestFields): void => {
  const { threshold, answers, max_answer_tokens: maxAnswerTokens } = fields;
  const unheard = unheardOption(makeTask(task), { threshold, answers, maxAnswerTokens });
  if (unheard === undefined) return;
  const [field, what] =
    unheard === 'threshold'
      ? ['threshold', 'several labels a text']
      : [unheard === 'answers' ? 'answers' : 'max_answer_tokens', 'questions'];
  throw invalidRequest(`${field} is for ${what}, and the model does ${task}; leave it out.`);
};

/**
 * What a client may ask for, whatever it speaks.
 *
 * @throws ServerError `BATCH_TOO_LARGE`, `TEXT_TOO_LARGE`; `REQUEST_INVALID` for a priority below the least
 */
export const checkWork = (
  { inputs, fields }: Pick<Work, 'inputs'> & { readonly fields: Pick<RequestFields, 'priority'> },
  bounds: Pick<ResolvedHttpOptions, 'maxTexts' | 'maxTextLength' | 'minPriority'>,
): void => {
  checkSize(inputs, bounds);
  checkPriority(fields, bounds);
};

export const createInference = (service: Service, options: ResolvedHttpOptions): Inference => ({
  find: (request, { model: name, version, answers }) => {
    const model = service.find(name, version);
    exchangeOf(request).model = { name: model.name, version: model.version };
    const status = model.status();
    if (!answers || makeTask(status.task).answers === answers) return { model, status };
    const tasks = taskDefinitions().filter(({ make }) => make([]).answers === answers);
    throw new ServerError(
      'TASK_MISMATCH',
      `Model "${model.name}" does ${status.task}; ${request.routeOptions.url} is for ${tasks.map((task) => task.name).join(' and ')}.`,
    );
  },

  run: async (
    request,
    reply,
    { model, status: { paretoSet, task } },
    { inputs, fields, partial, rawScores, promptName, everyToken },
  ) => {
    checkWork({ inputs, fields }, options);
    if (promptName !== undefined && inputs.some(isTokenInput))
      throw invalidRequest(
        `prompt_name is ${JSON.stringify(promptName)}, and token ids came: a prompt is put before texts. Send texts, or the ids of the prompt with those of the text.`,
      );
    checkHeard(task, fields);
    const exchange = exchangeOf(request);
    exchange.texts = inputs.length;
    const result = await model.infer({
      ...inferenceRequest(inputs, fields, { paretoSet, truncate: options.truncate, signal: exchange.signal }),
      ...(partial && { partial }),
      ...(rawScores && { rawScores }),
      ...(promptName !== undefined && { promptName }),
      ...(everyToken && { everyToken }),
    });
    exchange.result = result;
    reply.headers(headersOfResult(result, reply.elapsedTime));
    return result;
  },

  rank: async (request, reply, { model, status: { paretoSet } }, { inputs, fields, long }) => {
    checkWork({ inputs, fields }, options);
    const exchange = exchangeOf(request);
    exchange.texts = inputs.length;
    const { deadline_ms: deadlineMs, timeout_ms: timeoutMs = Infinity } = fields;
    const asked = {
      ...inferenceRequest(inputs, fields, { paretoSet, truncate: options.truncate, signal: exchange.signal }),
      ...long,
    };
    const ranking =
      deadlineMs === undefined
        ? await rankTexts(model, asked)
        : await rankTextsWithin(model, asked, {
            due: performance.now() + Math.min(deadlineMs, timeoutMs) - reply.elapsedTime, // what comes after either is of no use
          });
    exchange.result = ranking.result;
    reply.headers(headersOfResult(ranking.result, reply.elapsedTime));
    return ranking;
  },
});
