import { fastifySwagger } from '@fastify/swagger';
import { fastifySwaggerUi } from '@fastify/swagger-ui';
import packageJson from '../../package.json' with { type: 'json' };
import type { TypedApp } from './typed-app.js';

/** `GET /v2/models/:model/ready` -> `getV2ModelsModelReady` */
const operationIdOf = (method: string, url: string): string =>
  method.toLowerCase() +
  url
    .split(/[^A-Za-z0-9]+/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');

/** Describes the routes that are added after it as OpenAPI 3.1, at `/openapi.json` and for readers at `/docs`. */
export const addOpenApi = async (app: TypedApp, { secured }: { readonly secured: boolean }): Promise<void> => {
  await app.register(fastifySwagger, {
    transform: ({ schema, url, route }) => ({
      url,
      schema: { operationId: operationIdOf([route.method].flat()[0] ?? '', url), ...schema },
    }),
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'length-adaptive',
        version: packageJson.version,
        description: packageJson.description,
        license: { name: packageJson.license, identifier: packageJson.license },
      },
      ...(secured && {
        components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
        security: [{ key: [] }],
      }),
    },
  });
  await app.register(fastifySwaggerUi, { routePrefix: '/docs' });
};

/** The description itself. */
export const openApiRoute = (app: TypedApp): void => {
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
};
