import type { FastifyInstance } from 'fastify';
import { createApp } from '../http/app.js';
import type { HttpOptions } from '../http/http-options.js';
import { createMetrics } from '../telemetry/metrics.js';
import { fakeService, type FakeModel, type FakeService } from './fake-service.js';
import { listen, type Listening } from './http-client.js';

/** An app over a fake service, and ways to ask it. */
export interface StartedApp extends Listening {
  readonly app: FastifyInstance;
  readonly service: FakeService;
}

/** Starts apps that end with the tests of a file. */
export const appStarter = (): ((models?: readonly FakeModel[], options?: HttpOptions) => Promise<StartedApp>) => {
  const apps: FastifyInstance[] = [];
  afterAll(async () => {
    for (const app of apps) {
      app.server.closeAllConnections();
      await app.close();
    }
  });
  return async (models = [{}], options = {}) => {
    const metrics = createMetrics();
    const service = fakeService(models, metrics.observer);
    const app = await createApp(service, { metrics, ...options });
    apps.push(app);
    return { app, service, ...(await listen(app)) };
  };
};
