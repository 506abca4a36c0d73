import { fastifySwagger } from '@fastify/swagger';
import { fastifySwaggerUi } from '@fastify/swagger-ui';
import packageJson from '../../package.json' with { type: 'json' };
import type { TypedApp } from './typed-app.js';

/** Describes the routes that are added after it as OpenAPI 3.1, at `/openapi.json` and for readers at `/docs`. */
export const addOpenApi = async (app: TypedApp, { secured }: { readonly secured: boolean }): Promise<void> => {
  await app.register(fastifySwagger, {
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
