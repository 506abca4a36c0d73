import { messageOf, ServerError } from './errors.js';
import { createApp } from './http/app.js';
import type { HttpOptions } from './http/http-options.js';
import { openService } from './open-service.js';
import type { OpenService, ServiceOptions } from './service-options.js';
import { createLog } from './telemetry/log.js';
import { createMetrics } from './telemetry/metrics.js';

/** What to serve, how, and where. */
export interface ServeOptions extends Omit<ServiceOptions, 'observer'>, Omit<HttpOptions, 'metrics'> {
  /** Address to listen on. Default `127.0.0.1`. */
  readonly host?: string | undefined;
  /** Port to listen on; 0 takes a free one. Default 8080. */
  readonly port?: number | undefined;
  /** Milliseconds that accepted requests may still take once the server is closed. Default 10,000. */
  readonly graceMs?: number | undefined;
}

/** A server that listens. */
export interface Server {
  readonly url: string;
  /** Looks at the models again. */
  reload(): Promise<void>;
  /** Refuses what is new, finishes what was accepted, and ends. */
  close(): Promise<void>;
  /** Resolves when the server has ended. */
  readonly closed: Promise<void>;
}

const listenError = (error: unknown, host: string, port: number): ServerError =>
  (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
    ? new ServerError(
        'ADDRESS_IN_USE',
        `Something listens on ${host}:${port} already; stop it, or choose another port (0 takes a free one).`,
        { cause: error },
      )
    : new ServerError('OPTION_INVALID', `The server cannot listen on ${host}:${port}: ${messageOf(error)}.`, {
        cause: error,
      });

/** Listens for a service that is open, and owns it from then on. */
export const serveService = async (
  service: OpenService,
  {
    host = '127.0.0.1',
    port = 8080,
    graceMs = 10_000,
    ...http
  }: HttpOptions & Pick<ServeOptions, 'host' | 'port' | 'graceMs'>,
): Promise<Server> => {
  const app = await createApp(service, http);
  const url = await app.listen({ host, port }).catch(async (error: unknown) => {
    await Promise.all([app.close(), service.close()]);
    throw listenError(error, host, port);
  });

  const shutDown = async (): Promise<void> => {
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, graceMs)));
    await Promise.race([service.drain(), over]); // not ready from here on, and nothing new
    const ended = app.close(); // hangs up idle connections, and waits for answers that are on their way
    await Promise.race([ended, over]);
    clearTimeout(timer);
    await service.close();
    app.server.closeAllConnections();
    await ended;
  };

  let closing: Promise<void> | undefined;
  let markClosed: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => (markClosed = resolve));
  return {
    url,
    reload: () => service.reload(),
    close: () => (closing ??= shutDown().finally(markClosed)),
    closed,
  };
};

/**
 * Opens models and serves them over HTTP.
 *
 * @throws ServerError `REPOSITORY_INVALID`, `ADDRESS_IN_USE`, `OPTION_INVALID`
 * @example
 * const server = await serve({ models: 'models/reviews', port: 8080 });
 * console.log(server.url);
 * await server.close();
 */
export const serve = async (options: ServeOptions): Promise<Server> => {
  const metrics = createMetrics();
  const log = options.log ?? createLog(options.logLevel ?? 'silent', options.logStream);
  const service = await openService({ ...options, observer: metrics.observer, log });
  return serveService(service, { ...options, metrics });
};
