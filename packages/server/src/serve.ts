import { messageOf, ServerError } from './errors.js';
import { serveGrpc } from './grpc/grpc-server.js';
import { createApp } from './http/app.js';
import { resolveHttpOptions, type HttpOptions } from './http/http-options.js';
import { openService } from './open-service.js';
import type { OpenService, ServiceOptions } from './service-options.js';
import { createMetrics } from './telemetry/metrics.js';

/** What to serve, how, and where. */
export interface ServeOptions extends Omit<ServiceOptions, 'observer'>, Omit<HttpOptions, 'metrics'> {
  /** Address to listen on. Default `127.0.0.1`. */
  readonly host?: string | undefined;
  /** Port to listen on; 0 takes a free one. Default 8080. */
  readonly port?: number | undefined;
  /** Port to listen on for gRPC as well, 0 takes a free one; needs `@grpc/grpc-js` and `@grpc/proto-loader`. Default: no gRPC. */
  readonly grpcPort?: number | undefined;
  /** Milliseconds that accepted requests may still take once the server is closed. Default 10,000. */
  readonly graceMs?: number | undefined;
}

/** A server that listens. */
export interface Server {
  readonly url: string;
  /** `HOST:PORT` that gRPC is spoken on; undefined where it is not. */
  readonly grpcAddress?: string | undefined;
  /** Looks at the models again. */
  reload(): Promise<void>;
  /** Refuses what is new, finishes what was accepted, and ends. */
  close(): Promise<void>;
  /** Resolves when the server has ended. */
  readonly closed: Promise<void>;
}

/** Whether only programs of this machine reach an address. */
const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127\./.test(host);

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
    grpcPort,
    graceMs = 10_000,
    ...given
  }: HttpOptions & Pick<ServeOptions, 'host' | 'port' | 'grpcPort' | 'graceMs'>,
): Promise<Server> => {
  const { apiKeys = [], modelControl = apiKeys.length > 0 || isLoopback(host), metrics = createMetrics() } = given;
  const http = { ...given, modelControl, metrics };
  const app = await createApp(service, http);
  const failed = async (error: unknown): Promise<never> => {
    await Promise.all([app.close(), service.close()]);
    throw error;
  };
  const url = await app.listen({ host, port }).catch((error: unknown) => failed(listenError(error, host, port)));
  const grpc =
    grpcPort === undefined
      ? undefined
      : await serveGrpc(service, {
          ...resolveHttpOptions(http),
          host,
          port: grpcPort,
          log: (fields, message) => app.log.info(fields, message),
        }).catch(failed);

  const shutDown = async (): Promise<void> => {
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, graceMs)));
    await Promise.race([service.drain(), over]); // not ready from here on, and nothing new
    const spoken = grpc?.drain();
    const ended = app.close(); // hangs up idle connections, and waits for answers that are on their way
    await Promise.race([Promise.all([ended, spoken]), over]);
    clearTimeout(timer);
    await service.close();
    grpc?.close();
    app.server.closeAllConnections();
    await ended;
  };

  let closing: Promise<void> | undefined;
  let markClosed: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => (markClosed = resolve));
  return {
    url,
    grpcAddress: grpc?.address,
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
  const service = await openService({ ...options, observer: metrics.observer });
  return serveService(service, { ...options, metrics });
};
