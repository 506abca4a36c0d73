import { Type } from 'typebox';
import { invalidRequest, ServerError } from '../errors.js';
import { errorSchema } from './error-body.js';
import type { Routes } from './routes.js';

const tags = ['Open Inference Protocol'];

const address = Type.Object({ model: Type.String() });

/** A body that need not be there. */
const optional = <Fields extends Record<string, ReturnType<typeof Type.Optional>>>(fields: Fields) =>
  Type.Union([Type.Object(fields), Type.Null()]);

const indexBody = optional({
  repository_name: Type.Optional(Type.String({ description: 'There is one repository: only empty.' })),
  ready: Type.Optional(Type.Boolean({ description: 'Only models that answer.' })),
});

const controlBody = optional({
  repository_name: Type.Optional(Type.String()),
  parameters: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});

const index = Type.Array(
  Type.Object({
    name: Type.String(),
    version: Type.String(),
    state: Type.Enum(['READY', 'LOADING', 'UNAVAILABLE']),
    reason: Type.String({
      description: 'Why it does not answer, or why its files as they are now are not served; empty otherwise.',
    }),
  }),
);

/** Models that were unloaded depend on nothing: what is said of dependents holds already. */
const knownParameters = ['unload_dependents'];

/** @throws ServerError `REQUEST_INVALID` for a parameter that would go unheard */
export const checkControlParameters = (parameters: Readonly<Record<string, unknown>> = {}): void => {
  const unknown = Object.keys(parameters).find((name) => !knownParameters.includes(name));
  if (unknown !== undefined)
    throw invalidRequest(
      `The request has the parameter ${JSON.stringify(unknown.slice(0, 60))}; a model is loaded as it stands in the repository. Leave it out.`,
    );
};

/** @throws ServerError `REQUEST_INVALID` */
export const checkRepositoryName = (name = ''): void => {
  if (name !== '')
    throw invalidRequest(
      `The request names the repository ${JSON.stringify(name.slice(0, 60))}; there is one, without a name. Leave it out.`,
    );
};

/** @throws ServerError `FORBIDDEN` where clients may not load and unload */
export const checkControl = (modelControl: boolean): void => {
  if (!modelControl)
    throw new ServerError(
      'FORBIDDEN',
      'Clients may not load or unload models here; start the server with an API key or with --model-control, or send it SIGHUP.',
    );
};

/** The extension `model_repository` of the Open Inference Protocol: what stands in the repository; loading and unloading one model. */
export const modelRepositoryRoutes: Routes = (app, { service, options: { modelControl } }) => {
  const failures = { '4xx': errorSchema, '5xx': errorSchema };

  app.post(
    '/v2/repository/index',
    { schema: { tags, body: indexBody, response: { 200: index, ...failures } } },
    async ({ body }) => {
      checkRepositoryName(body?.repository_name);
      const models = await service.repository();
      return models.filter(({ state }) => !body?.ready || state === 'READY').map((model) => ({ ...model }));
    },
  );

  for (const [action, act] of [
    ['load', (model: string) => service.load(model)],
    ['unload', (model: string) => service.unload(model)],
  ] as const)
    app.post(
      `/v2/repository/models/:model/${action}`,
      {
        schema: {
          tags,
          params: address,
          body: controlBody,
          response: { 200: Type.Object({}), ...failures },
        },
      },
      async ({ params: { model }, body }) => {
        checkControl(modelControl);
        checkRepositoryName(body?.repository_name);
        checkControlParameters(body?.parameters);
        await act(model);
        return {};
      },
    );
};
