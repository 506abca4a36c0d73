import type { Prediction, TextInput } from '@length-adaptive/models';
import { Type } from 'typebox';
import packageJson from '../../package.json' with { type: 'json' };
import { ServerError, type ServerErrorCode } from '../errors.js';
import type { ErrorFormat } from './error-body.js';
import { requestFields } from './request-fields.js';
import type { Routes } from './routes.js';

/** The words of the protocol for our codes, and its status where it is not ours. */
const errorTypes: Partial<Record<ServerErrorCode, readonly [type: string, status?: number]>> = {
  REQUEST_INVALID: ['Validation', 422],
  TEXT_EMPTY: ['Empty', 400],
  INTERNAL: ['Backend', 424],
  WORKER_CRASHED: ['Backend', 424],
  OVERLOADED: ['Overloaded'],
  TIMED_OUT: ['Overloaded'],
  SHUTTING_DOWN: ['Unhealthy'],
  MODEL_NOT_READY: ['Unhealthy'],
};

/** Errors as Text Embeddings Inference writes them. */
const errorFormat: ErrorFormat = ({ code, status, message }) => {
  const [error_type, own = status] = errorTypes[code] ?? ['Validation'];
  return { status: own, body: { error: message, error_type } };
};

const teiErrorSchema = Type.Object({ error: Type.String(), error_type: Type.String() });

const pair = Type.Array(Type.String(), { minItems: 2, maxItems: 2 });
const predictBody = Type.Object(
  {
    inputs: Type.Union([Type.String(), pair, Type.Array(Type.Array(Type.String(), { minItems: 1, maxItems: 2 }))], {
      description: 'a text, a pair of texts [text, pair], or a list of [text] and [text, pair].',
    }),
    truncate: requestFields.truncate,
    truncation_direction: Type.Optional(
      Type.Enum(['Right', 'right'], { description: 'Texts are cut at their end only.' }),
    ),
    raw_scores: Type.Optional(Type.Boolean({ description: 'Only false: the models here give probabilities.' })),
    model: Type.Optional(Type.String({ maxLength: 256, description: 'An addition of ours. Default: the only model.' })),
    version: Type.Optional(Type.String({ maxLength: 256 })),
    parameters: Type.Optional(
      Type.Object(requestFields, { additionalProperties: false, description: 'An addition of ours: the budget.' }),
    ),
  },
  { additionalProperties: false },
);

const ranking = Type.Array(Type.Object({ score: Type.Number(), label: Type.String() }), { description: 'Best first.' });

const isBatch = (inputs: string | readonly (string | readonly string[])[]): inputs is readonly (readonly string[])[] =>
  typeof inputs !== 'string' && typeof inputs[0] !== 'string';

/** [text] or [text, pair] -> an input. */
const inputOf = ([text = '', second]: readonly string[]): TextInput => (second === undefined ? text : [text, second]);

/** The name that Hugging Face gives the only output of a regression. */
const regressionLabel = 'LABEL_0';

const rankingOf = ({ score, probabilities }: Prediction) =>
  Object.entries(probabilities ?? { [regressionLabel]: score })
    .map(([label, value]) => ({ score: value, label }))
    .sort((one, other) => other.score - one.score);

const tags = ['Text Embeddings Inference'];

/** The routes of Hugging Face's Text Embeddings Inference that classifiers have. */
export const textEmbeddingsRoutes: Routes = (app, { service, inference, options }) => {
  const failures = { '4xx': teiErrorSchema, '5xx': teiErrorSchema };

  app.post(
    '/predict',
    {
      config: { inference: true, errorFormat },
      schema: { tags, body: predictBody, response: { 200: Type.Union([ranking, Type.Array(ranking)]), ...failures } },
    },
    async (request, reply) => {
      const { inputs, truncate, raw_scores, parameters = {}, ...wanted } = request.body;
      if (raw_scores === true)
        throw new ServerError(
          'REQUEST_INVALID',
          'raw_scores is true, but the models of this server give probabilities only; leave it out.',
        );
      const found = inference.find(request, {
        ...wanted,
        answers: 'label',
      });
      const rows = isBatch(inputs) ? inputs : [typeof inputs === 'string' ? [inputs] : inputs];
      if (rows.length === 0)
        throw new ServerError('TEXT_EMPTY', 'inputs is an empty list; expected at least one text.');
      const { predictions } = await inference.run(request, reply, found, {
        inputs: rows.map(inputOf),
        fields: { ...parameters, ...(truncate !== undefined && { truncate }) },
      });
      const rankings = predictions.map(rankingOf);
      return isBatch(inputs) ? rankings : (rankings[0] ?? []);
    },
  );

  app.get(
    '/health',
    {
      config: { open: true, errorFormat },
      schema: {
        tags,
        response: { 200: Type.Unsafe<void>({ type: 'null', description: 'Every model answers.' }), ...failures },
      },
    },
    async (_, reply) => {
      if (!service.ready()) throw new ServerError('MODEL_NOT_READY', 'Not every model of this server answers.');
      return reply.send();
    },
  );

  app.get(
    '/info',
    {
      config: { errorFormat },
      schema: { tags, response: { 200: Type.Object({}, { additionalProperties: true }), ...failures } },
    },
    async () => {
      const { name, version, engine, positions, labels } = service.find().status();
      return {
        model_id: name,
        model_sha: version,
        model_dtype: 'float32',
        model_type: {
          classifier: { id2label: { ...labels }, label2id: Object.fromEntries(labels.map((label, id) => [label, id])) },
        },
        backend: engine,
        max_concurrent_requests: options.maxConcurrentRequests,
        max_input_length: positions,
        max_client_batch_size: options.maxTexts,
        auto_truncate: options.truncate,
        version: packageJson.version,
      };
    },
  );
};
