import type { Prediction, TextInput } from '@length-adaptive/models';
import { Type, type Static, type TProperties } from 'typebox';
import { ServerError, invalidRequest } from '../errors.js';
import type { InferenceResult } from '../request.js';
import { errorSchema } from './error-body.js';
import type { Found } from './inference.js';
import { answerFields, labelFields, requestFields } from './request-fields.js';
import { fieldsOfResult, resultFields } from './result-fields.js';
import type { Routes } from './routes.js';

const text = Type.Optional(Type.String());
const texts = Type.Optional(Type.Array(Type.String(), { minItems: 1 }));
const commonFields = {
  model: Type.Optional(Type.String({ maxLength: 256, description: 'Default: the only model.' })),
  version: Type.Optional(Type.String({ maxLength: 256, description: 'Default: the newest.' })),
  ...requestFields,
};
const body = <Fields extends TProperties>(fields: Fields) =>
  Type.Object({ ...fields, ...commonFields }, { additionalProperties: false });

const classifyBody = body({ text, texts, pair: text, pairs: texts, ...labelFields });
const tagBody = body({ text, texts });
const answerBody = body({ question: Type.String(), context: Type.String(), ...answerFields });

const about = { model: Type.String(), version: Type.String(), ...resultFields };
const classification = {
  label: Type.Optional(
    Type.String({
      description:
        'Absent for regression. Of several labels a text those it is given, with commas between them; empty for none.',
    }),
  ),
  score: Type.Number({
    description:
      'Confidence, of several labels a text the probability of exactly these; for regression the number itself.',
  }),
  labels: Type.Optional(
    Type.Array(Type.Object({ label: Type.String(), score: Type.Number() }), {
      description: 'Several labels a text: those that reach the threshold, most probable first.',
    }),
  ),
  probabilities: Type.Optional(
    Type.Record(Type.String(), Type.Number(), { description: 'Of several labels a text they do not sum to 1.' }),
  ),
};
const span = {
  start: Type.Integer({ description: 'In UTF-16 units.' }),
  end: Type.Integer({ description: 'Excluded.' }),
  score: Type.Number(),
};
const tagging = { entities: Type.Array(Type.Object({ type: Type.String(), text: Type.String(), ...span })) };
const answering = {
  answer: Type.String(),
  ...span,
  answers: Type.Array(
    Type.Object({
      text: Type.String(),
      ...span,
      probability: Type.Number({
        description: 'That its first token begins the answer, times that its last token ends it.',
      }),
    }),
  ),
};

const textError = Type.Object(
  { error: Type.String(), code: Type.String() },
  { description: 'In the place of a text that cannot be read.' },
);

const failures = { '4xx': errorSchema, '5xx': errorSchema };

/** For `text` what was found in it, for `texts` a list of that, with an error in the place of a text that cannot be read. */
const oneOrMany = <Fields extends TProperties>(fields: Fields) =>
  Type.Union([
    Type.Object({ ...about, ...fields }),
    Type.Object({ ...about, predictions: Type.Array(Type.Union([Type.Object(fields), textError])) }),
  ]);

/** The fields that texts come in. */
interface TextFields {
  readonly text?: string;
  readonly texts?: readonly string[];
  readonly pair?: string;
  readonly pairs?: readonly string[];
}

/** `text` or `texts`, with `pair` or `pairs`, as a list. @throws ServerError `REQUEST_INVALID` */
const inputsOf = ({ text: one, texts: many, pair, pairs }: TextFields): TextInput[] => {
  if ((one === undefined) === (many === undefined))
    throw invalidRequest('Expected one of the fields "text" and "texts".');
  if (one !== undefined ? pairs : pair !== undefined)
    throw invalidRequest('"pair" goes with "text", and "pairs" with "texts".');
  const firsts = many ?? [one ?? ''];
  const seconds = pairs ?? (pair === undefined ? undefined : [pair]);
  if (seconds && seconds.length !== firsts.length)
    throw invalidRequest(`"texts" has ${firsts.length} texts and "pairs" has ${seconds.length}; expected one each.`);
  return firsts.map((first, row) => (seconds ? [first, seconds[row] ?? ''] : first));
};

const classificationOf = ({ label, score, labels, probabilities }: Prediction) =>
  probabilities ? { label, score, ...(labels && { labels: [...labels] }), probabilities } : { score };

const taggingOf = ({ entities = [] }: Prediction) => ({ entities: [...entities] });

const answeringOf = ({ label, score, answers = [] }: Prediction) => ({
  answer: label,
  start: answers[0]?.start ?? 0,
  end: answers[0]?.end ?? 0,
  score,
  answers: [...answers],
});

const aboutOf = ({ status }: Found, result: InferenceResult) => ({
  model: status.name,
  version: status.version,
  ...fieldsOfResult(result, status),
});

const answerOfOne = <Fields>(found: Found, result: InferenceResult, read: (prediction: Prediction) => Fields) => {
  const [prediction] = result.predictions;
  if (!prediction) throw new ServerError('INTERNAL', 'The model gave no prediction for the only text.');
  return { ...aboutOf(found, result), ...read(prediction) };
};

const answerOfMany = <Fields>(found: Found, result: InferenceResult, read: (prediction: Prediction) => Fields) => {
  const predictions: (Fields | Static<typeof textError>)[] = result.predictions.map(read);
  for (const [position, { message, code }] of [...(result.refused ?? [])].sort(([one], [other]) => one - other))
    predictions.splice(position, 0, { error: message, code });
  return { ...aboutOf(found, result), predictions };
};

const tags = ['Simple'];
const routeConfig = { inference: true };

/** One route a task, in and out as one would write it by hand. */
export const simpleRoutes: Routes = (app, { inference }) => {
  app.post(
    '/v1/classify',
    {
      config: routeConfig,
      schema: { tags, body: classifyBody, response: { 200: oneOrMany(classification), ...failures } },
    },
    async (request, reply) => {
      const found = inference.find(request, {
        ...request.body,
        answers: 'label',
      });
      const result = await inference.run(request, reply, found, {
        inputs: inputsOf(request.body),
        fields: request.body,
        partial: request.body.texts !== undefined,
      });
      return request.body.texts
        ? answerOfMany(found, result, classificationOf)
        : answerOfOne(found, result, classificationOf);
    },
  );

  app.post(
    '/v1/tag',
    { config: routeConfig, schema: { tags, body: tagBody, response: { 200: oneOrMany(tagging), ...failures } } },
    async (request, reply) => {
      const found = inference.find(request, { ...request.body, answers: 'entities' });
      const result = await inference.run(request, reply, found, {
        inputs: inputsOf(request.body),
        fields: request.body,
        partial: request.body.texts !== undefined,
      });
      return request.body.texts ? answerOfMany(found, result, taggingOf) : answerOfOne(found, result, taggingOf);
    },
  );

  app.post(
    '/v1/answer',
    {
      config: routeConfig,
      schema: { tags, body: answerBody, response: { 200: Type.Object({ ...about, ...answering }), ...failures } },
    },
    async (request, reply) => {
      const { question, context } = request.body;
      const found = inference.find(request, { ...request.body, answers: 'spans' });
      const result = await inference.run(request, reply, found, {
        inputs: [[question, context]],
        fields: request.body,
      });
      return answerOfOne(found, result, answeringOf);
    },
  );
};
