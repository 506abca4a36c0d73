import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../telemetry/metrics.js';
import { exchangeOf, noModel } from './exchange.js';
import { round } from './round.js';

/** Counts and logs every exchange: no text of a user, nor anything else that was in a body or an address. */
export const addAccessLog = (app: FastifyInstance, metrics: Metrics): void => {
  app.addHook('onRequest', async (request, reply) => {
    exchangeOf(request).whenSettled(({ model = noModel, code, texts, result }) => {
      const route = request.routeOptions.url ?? 'unknown';
      const { inference } = request.routeOptions.config;
      metrics.request({ model, route, code, ...(inference && { inferenceMs: reply.elapsedTime }) });
      request.log.info(
        {
          method: request.method,
          route,
          code,
          status: code === 'ABANDONED' ? 499 : reply.statusCode,
          ms: round(reply.elapsedTime),
          ...(model !== noModel && { model: `${model.name}/${model.version}` }),
          texts,
          tokens: result?.tokens,
          cost: result && round(result.cost),
          degraded: result?.degraded,
        },
        'request',
      );
    });
  });
};
