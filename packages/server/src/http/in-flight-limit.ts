import type { FastifyInstance } from 'fastify';
import type { Service } from '../service.js';
import type { ModelLabel, Observer } from '../telemetry/observer.js';
import { exchangeOf, noModel } from './exchange.js';
import { inFlightOf } from './in-flight.js';

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
  const inFlight = inFlightOf(service);
  app.addHook('onRequest', async (request) => {
    if (!request.routeOptions.config.inference) return;
    try {
      exchangeOf(request).whenSettled(inFlight.enter(limit));
    } catch (error) {
      const model = modelOf(service, request.params as { model?: string; version?: string });
      exchangeOf(request).model = model;
      observer.failed(model, 'OVERLOADED');
      throw error;
    }
  });
};
