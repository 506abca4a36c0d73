import type { FastifyInstance, HTTPMethods } from 'fastify';
import { ServerError } from '../errors.js';

const methods: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Notes which methods the routes have that are added after it; what it returns answers all others with 405. */
export const noteMethods = (app: FastifyInstance): (() => void) => {
  const known = new Map<string, Set<HTTPMethods>>();
  app.addHook('onRoute', ({ url, method }) => {
    const own = known.get(url) ?? new Set();
    for (const one of [method].flat()) own.add(one);
    known.set(url, own);
  });
  return () => {
    for (const [url, own] of [...known]) {
      const allow = [...own].join(', ');
      app.route({
        url,
        method: methods.filter((method) => !own.has(method)),
        schema: { hide: true },
        exposeHeadRoute: false,
        // Before a body is read.
        onRequest: async (request, reply) => {
          reply.header('allow', allow);
          throw new ServerError('METHOD_NOT_ALLOWED', `${request.method} is not for this address; it takes ${allow}.`);
        },
        handler: async () => undefined,
      });
    }
  };
};
