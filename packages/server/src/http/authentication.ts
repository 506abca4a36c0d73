import { fastifyBearerAuth } from '@fastify/bearer-auth';
import type { FastifyInstance } from 'fastify';

/** Asks for one of the keys wherever a route is not open. Keys are compared in constant time. */
export const addAuthentication = async (app: FastifyInstance, apiKeys: readonly string[]): Promise<void> => {
  if (apiKeys.length === 0) return;
  await app.register(fastifyBearerAuth, {
    keys: new Set(apiKeys),
    addHook: false,
    specCompliance: 'rfc6749',
    verifyErrorLogLevel: 'debug',
  });
  app.addHook('onRequest', (request, reply, done) => {
    if (request.routeOptions.config.open) return done();
    app.verifyBearerAuth?.(request, reply, done);
  });
};
