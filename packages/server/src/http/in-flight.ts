import { ServerError } from '../errors.js';
import type { Service } from '../service.js';

/** Counts the inference requests of all protocols that are in flight. */
export interface InFlight {
  /** @returns what takes the request out again @throws ServerError `OVERLOADED` where there are as many as may be */
  enter(limit: number): () => void;
}

const counters = new WeakMap<Service, InFlight>();

const createInFlight = (): InFlight => {
  let count = 0;
  return {
    enter: (limit) => {
      if (count >= limit)
        throw new ServerError(
          'OVERLOADED',
          `${limit} requests are in flight, as many as this server takes at once; try again later.`,
        );
      count += 1;
      return () => (count -= 1);
    },
  };
};

/** One count a service, whatever speaks for it. */
export const inFlightOf = (service: Service): InFlight => {
  const counter = counters.get(service) ?? createInFlight();
  counters.set(service, counter);
  return counter;
};
