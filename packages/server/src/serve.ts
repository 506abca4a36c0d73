import { serveGrpc } from './grpc/grpc-server.js';
import { createApp } from './http/app.js';
import { resolveHttpOptions, type HttpOptions } from './http/http-options.js';
import { checkListening, listenError, listenOptionsOf, type Listening } from './listening.js';
import { openService } from './open-service.js';
import type { OpenService, ServiceOptions } from './service-options.js';
import { createLog } from './telemetry/log.js';
import { createMetrics } from './telemetry/metrics.js';

/** What to serve, how, and where. */
export interface ServeOptions extends Omit<ServiceOptions, 'observer'>, Omit<HttpOptions, 'metrics'>, Listening {
  /** Port to listen on for gRPC as well, 0 takes a free one; needs `@grpc/grpc-js` and `@grpc/proto-loader`. Default: no gRPC. */
  readonly grpcPort?: number | undefined;
  /** Milliseconds for which a server that is closed still takes requests, and says that it is not ready: until that has got about. Default 0. */
  readonly drainDelayMs?: number | undefined;
  /** Milliseconds that accepted requests may still take after that. Default 10,000. */
  readonly graceMs?: number | undefined;
}

/** A server that listens. */
export interface Server {
  /** `http://HOST:PORT`, or `unix:PATH`. */
  readonly url: string;
  /** `HOST:PORT` that gRPC is spoken on; undefined where it is not. */
  readonly grpcAddress?: string | undefined;
  /** Looks at the models again. */
  reload(): Promise<void>;
  /** Is not ready from then on, takes requests for the drain delay, refuses what is new, finishes what was accepted, and ends. */
  close(): Promise<void>;
  /** Resolves when the server has ended. */
  readonly closed: Promise<void>;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Lets what has reached the process be read: connections first, then what came on them. */
const readWhatCame = async (): Promise<void> => {
  for (let i = 0; i < 4; i++) await new Promise((resolve) => setImmediate(resolve));
};

/** Milliseconds without a connection or a request after which nobody seems to come any more. */
const quietMs = 200;

/** Whether only programs of this machine reach an address. */
const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127\./.test(host);

/** Listens for a service that is open, and owns it from then on. */
export const serveService = async (
  service: OpenService,
  {
    host = '127.0.0.1',
    port,
    socket,
    grpcPort,
    drainDelayMs = 0,
    graceMs = 10_000,
    ...given
  }: HttpOptions & Listening & Pick<ServeOptions, 'grpcPort' | 'drainDelayMs' | 'graceMs'>,
): Promise<Server> => {
  const {
    apiKeys = [],
    // A socket is for this machine alone, and gRPC beside it is spoken at the address.
    modelControl = apiKeys.length > 0 || isLoopback(host) || (socket !== undefined && grpcPort === undefined),
    metrics = createMetrics(),
  } = given;
  const http = { ...given, modelControl, metrics };
  let leaving = false;
  let lastSeen = -Infinity;
  const listened: OpenService = { ...service, ready: () => !leaving && service.ready() };
  const app = await createApp(listened, http).catch(async (error: unknown): Promise<never> => {
    await service.close(); // it would keep the process alive
    throw error;
  });
  app.server.on('connection', () => (lastSeen = performance.now()));
  app.server.prependListener('request', (_, response) => {
    lastSeen = performance.now();
    if (leaving) response.shouldKeepAlive = false; // whoever asks again asks another server
  });
  const failed = async (error: unknown): Promise<never> => {
    await Promise.all([app.close(), service.close()]);
    throw error;
  };
  const where = { host, port, socket };
  const address = await app.listen(listenOptionsOf(where)).catch((error: unknown) => failed(listenError(error, where)));
  const grpc =
    grpcPort === undefined
      ? undefined
      : await serveGrpc(listened, {
          ...resolveHttpOptions(http),
          host,
          port: grpcPort,
          log: app.log,
        }).catch(failed);

  const shutDown = async (): Promise<void> => {
    leaving = true;
    await sleep(drainDelayMs);
    const end = performance.now() + graceMs;
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, graceMs)));
    await Promise.race([service.drain(), over]); // nothing new from here on
    // Whoever still comes is told so: a listener that is gone would cut off those who are on their way.
    while (performance.now() < Math.min(end, lastSeen + quietMs)) {
      await sleep(quietMs / 4);
      await readWhatCame();
    }
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
    url: socket === undefined ? address : `unix:${socket}`,
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
  await checkListening(options);
  const { host, grpcPort } = options;
  if (grpcPort !== undefined) await checkListening({ host, port: grpcPort });
  const metrics = createMetrics();
  const log = options.log ?? createLog(options.logLevel ?? 'silent', options.logStream);
  const service = await openService({ ...options, observer: metrics.observer, log });
  return serveService(service, { ...options, metrics });
};
