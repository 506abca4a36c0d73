import type { FastifyInstance } from 'fastify';
import { ServerError } from '../errors.js';
import type { Service } from '../service.js';
import type { ModelLabel, Observer } from '../telemetry/observer.js';
import { exchangeOf, noModel } from './exchange.js';

/** The model a request is for, as far as its address says. */
const modelOf = (
  service: Service,
  { model, version }: { readonly model?: string; readonly version?: string },
): ModelLabel => {
  try {
    const { name, version: found } = service.find(model, version);
    return { name, version: found };
  } catch {
    return noModel;
  }
};

/** What the limit needs. */
export interface InFlightLimitOptions {
  /** Requests that may be in flight. */
  readonly limit: number;
  readonly observer: Observer;
}

/** One limit for all inference requests, of one text or many: what comes beyond it is refused before the body is read. */
export const addInFlightLimit = (
  app: FastifyInstance,
  service: Service,
  { limit, observer }: InFlightLimitOptions,
): void => {
  let inFlight = 0;
  app.addHook('onRequest', async (request) => {
    if (!request.routeOptions.config.inference) return;
    if (inFlight >= limit) {
      const model = modelOf(service, request.params as { model?: string; version?: string });
      exchangeOf(request).model = model;
      observer.failed(model, 'OVERLOADED');
      throw new ServerError(
        'OVERLOADED',
        `${limit} requests are in flight, as many as this server takes at once; try again later.`,
      );
    }
    inFlight += 1;
    exchangeOf(request).whenSettled(() => (inFlight -= 1));
  });
};
