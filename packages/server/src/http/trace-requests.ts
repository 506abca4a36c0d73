import type { FastifyInstance } from 'fastify';
import { statusOf } from '../errors.js';
import { openTracing } from '../telemetry/tracing.js';
import { exchangeOf } from './exchange.js';

/** A span for every inference request, where OpenTelemetry is installed. */
export const addTracing = async (app: FastifyInstance): Promise<void> => {
  const tracing = await openTracing();
  if (!tracing) return;
  app.addHook('onRequest', async (request) => {
    const { config, url = '' } = request.routeOptions;
    if (!config.inference) return;
    const span = tracing.begin(`POST ${url}`, request.headers);
    exchangeOf(request).whenSettled(({ model, texts, result, code }) => {
      const failed = code !== 'OK' && statusOf[code] >= 500;
      span.end(
        {
          model: model?.name,
          version: model?.version,
          texts,
          cost: result?.cost,
          degraded: result?.degraded,
          queue_ms: result?.queueMs,
          compute_ms: result?.computeMs,
          tokens: result?.tokens,
          code,
        },
        failed,
      );
    });
  });
};
