import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import type * as Grpc from '@grpc/grpc-js';
import { messageOf, placeOf, ServerError, withoutNames } from '../errors.js';
import { noModel } from '../http/exchange.js';
import type { ResolvedHttpOptions } from '../http/http-options.js';
import { inFlightOf } from '../http/in-flight.js';
import { checkHeard, checkWork } from '../http/inference.js';
import { checkControl, checkControlParameters, checkRepositoryName } from '../http/model-repository.js';
import { statisticsOf } from '../http/model-statistics.js';
import { fieldsOfParameters } from '../http/open-inference-body.js';
import { modelMetadata, serverMetadata } from '../http/open-inference-metadata.js';
import { inferenceRequest } from '../http/request-fields.js';
import { fieldsOfResult } from '../http/result-fields.js';
import { round } from '../http/round.js';
import { inputsOfTensors } from '../http/tensor-inputs.js';
import { tensorWriter } from '../http/tensor-outputs.js';
import type { Service } from '../service.js';
import type { Log } from '../telemetry/log.js';
import type { ModelLabel } from '../telemetry/observer.js';
import { grpcStatusOf } from './grpc-status.js';
import { parameterOf, readInfer, writeOutputs } from './infer-messages.js';
import type { IndexMessage, InferMessage, NamedMessage, RepositoryMessage } from './messages.js';
import { openGrpc } from './open-grpc.js';

/** What a gRPC server is started with: the options of HTTP, where both have them. */
export interface GrpcOptions extends Pick<
  ResolvedHttpOptions,
  | 'apiKeys'
  | 'bodyLimit'
  | 'maxTexts'
  | 'maxTextLength'
  | 'maxConcurrentRequests'
  | 'minPriority'
  | 'truncate'
  | 'modelControl'
  | 'metrics'
> {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Is told of every call, and where the program failed at one, as HTTP's log is. */
  readonly log?: Pick<Log, 'info' | 'error'> | undefined;
}

/** A gRPC server that listens. */
export interface GrpcServer {
  /** `HOST:PORT` */
  readonly address: string;
  /** Takes no new calls and resolves when those under way are answered. */
  drain(): Promise<void>;
  /** Ends what is left. */
  close(): void;
}

/** One call, with what is known of it so far. */
interface Call<Request> {
  readonly request: Request;
  readonly signal: AbortSignal;
  /** Milliseconds that the client still waits; undefined without a deadline. */
  readonly leftMs: number | undefined;
  model: ModelLabel;
}

interface Method {
  /** Whether it works without an API key, as its twin in HTTP. */
  readonly open?: boolean;
  readonly inference?: boolean;
  readonly answer: (call: Call<never>) => Promise<object> | object;
}

const method = <Request>(
  answer: (call: Call<Request>) => Promise<object> | object,
  more: Pick<Method, 'open' | 'inference'> = {},
): Method => ({ ...more, answer });

const isKey = (given: string, keys: readonly string[]): boolean => {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return keys.reduce((found, key) => timingSafeEqual(digest(key), digest(given)) || found, false);
};

/** The key that came with a call. */
const keyIn = (metadata: Grpc.Metadata): string | undefined =>
  /^bearer (.+)$/i.exec(String(metadata.get('authorization')[0] ?? ''))?.[1];

/** @throws ServerError `UNAUTHORIZED` */
const checkKey = (metadata: Grpc.Metadata, keys: readonly string[]): void => {
  const given = keyIn(metadata);
  if (given === undefined || !isKey(given, keys))
    throw new ServerError(
      'UNAUTHORIZED',
      `${given === undefined ? 'An API key is needed here' : "The API key is not one of this server's"}: send the metadata "authorization: Bearer KEY".`,
    );
};

const named = ({ name, version }: NamedMessage): [string | undefined, string | undefined] => [
  name === '' ? undefined : name,
  version === '' ? undefined : version,
];

/** The methods of the protocol, over the same service, bounds and checks as HTTP. */
const methodsOf = (service: Service, options: GrpcOptions): Readonly<Record<string, Method>> => ({
  ServerLive: method(() => ({ live: true }), { open: true }),
  ServerReady: method(() => ({ ready: service.ready() }), { open: true }),
  ModelReady: method<NamedMessage>(({ request }) => ({ ready: service.find(...named(request)).status().ready }), {
    open: true,
  }),
  ServerMetadata: method(() => serverMetadata('grpc')),
  ModelMetadata: method<NamedMessage>(({ request }) =>
    modelMetadata(service, service.find(...named(request)).status()),
  ),

  ModelInfer: method<InferMessage>(
    async (call) => {
      const { request, signal, leftMs } = call;
      const model = service.find(...named({ name: request.model_name, version: request.model_version }));
      call.model = { name: model.name, version: model.version };
      const status = model.status();
      const { body, inputs: tensors, raw } = readInfer(request);
      const { task, labels, paretoSet } = status;
      const write = tensorWriter({ task, labels, names: body.outputs?.map((output) => output.name) });
      const inputs = inputsOfTensors(tensors, task);
      const fields = fieldsOfParameters(body.parameters);
      checkWork({ inputs, fields }, options);
      checkHeard(task, fields);
      const asked = inferenceRequest(inputs, fields, {
        paretoSet,
        truncate: options.truncate,
        signal,
      });
      const timeoutMs = Math.min(asked.timeoutMs ?? Infinity, leftMs ?? Infinity);
      const result = await model.infer({ ...asked, ...(timeoutMs < Infinity && { timeoutMs }) });
      return {
        model_name: model.name,
        model_version: model.version,
        id: body.id ?? randomUUID(),
        parameters: Object.fromEntries(
          Object.entries(fieldsOfResult(result, status)).map(([name, value]) => [name, parameterOf(value)]),
        ),
        ...writeOutputs(write(result.predictions), raw),
      };
    },
    { inference: true },
  ),

  ModelStatistics: method<NamedMessage>(({ request }) => {
    const [name, version] = named(request);
    const found = name === undefined ? undefined : service.find(name, version);
    const models = service
      .models()
      .filter((one) => !found || (version === undefined ? one.name === found.name : one === found));
    return { model_stats: models.map((one) => statisticsOf(one, options.metrics.statistics)) };
  }),

  RepositoryIndex: method<IndexMessage>(async ({ request: { repository_name, ready } }) => {
    checkRepositoryName(repository_name);
    return { models: (await service.repository()).filter(({ state }) => !ready || state === 'READY') };
  }),
  RepositoryModelLoad: method<RepositoryMessage>(async ({ request: { repository_name, model_name, parameters } }) => {
    checkControl(options.modelControl);
    checkRepositoryName(repository_name);
    checkControlParameters(parameters);
    await service.load(model_name);
    return {};
  }),
  RepositoryModelUnload: method<RepositoryMessage>(async ({ request: { repository_name, model_name, parameters } }) => {
    checkControl(options.modelControl);
    checkRepositoryName(repository_name);
    checkControlParameters(parameters);
    await service.unload(model_name);
    return {};
  }),
});

/** Anything thrown, as an error of ours. */
const serverErrorOf = (thrown: unknown): ServerError =>
  thrown instanceof ServerError
    ? thrown
    : new ServerError('INTERNAL', 'The server failed at this request.', { cause: thrown });

/** Milliseconds that a client still waits. */
const leftMsOf = (deadline: Grpc.Deadline): number | undefined => {
  const left = Number(deadline) - Date.now();
  return Number.isFinite(left) ? Math.max(1, left) : undefined;
};

/**
 * Serves the Open Inference Protocol over gRPC, without encryption.
 *
 * @throws ServerError `OPTION_INVALID` where gRPC is not installed or the port cannot be listened on, `ADDRESS_IN_USE`
 */
export const serveGrpc = async (service: Service, options: GrpcOptions): Promise<GrpcServer> => {
  const { grpc, service: definition } = await openGrpc();
  const { apiKeys, metrics, maxConcurrentRequests, host, port, log } = options;
  const server = new grpc.Server({ 'grpc.max_receive_message_length': options.bodyLimit });

  const failureOf = (error: ServerError): Grpc.ServiceError => {
    const { code, message, details, retryAfterMs } = error;
    const metadata = new grpc.Metadata();
    metadata.set('code', code);
    if (details) metadata.set('details-bin', Buffer.from(JSON.stringify(details)));
    if (retryAfterMs !== undefined) metadata.set('retry-after', String(Math.max(1, Math.ceil(retryAfterMs / 1000))));
    return Object.assign(new Error(message), {
      code: grpcStatusOf(error),
      details: message,
      metadata,
    });
  };

  const handlerOf =
    (name: string, { open = false, inference = false, answer }: Method): Grpc.handleUnaryCall<unknown, object> =>
    (wire, callback) => {
      const started = performance.now();
      const gone = new AbortController();
      wire.on('cancelled', () => gone.abort());
      const call: Call<never> = {
        request: wire.request as never,
        signal: gone.signal,
        leftMs: leftMsOf(wire.getDeadline()),
        model: noModel,
      };
      const settle = (code: ServerError['code'] | 'OK'): void => {
        const { model } = call;
        const ms = performance.now() - started;
        metrics.request({ model, route: `grpc/${name}`, code, ...(inference && { inferenceMs: ms }) });
        log?.info(
          {
            method: 'gRPC',
            route: name,
            code,
            ms: round(ms),
            ...(model !== noModel && { model: `${model.name}/${model.version}` }),
          },
          'request',
        );
      };
      const told = (error: ServerError): ServerError =>
        apiKeys.length > 0 && !isKey(keyIn(wire.metadata) ?? '', apiKeys) ? withoutNames(error) : error;
      const run = async (): Promise<object> => {
        if (!open && apiKeys.length > 0) checkKey(wire.metadata, apiKeys);
        if (!inference) return answer(call);
        let leave: () => void;
        try {
          leave = inFlightOf(service).enter(maxConcurrentRequests);
        } catch (error) {
          metrics.observer.failed(call.model, 'OVERLOADED');
          throw error;
        }
        try {
          return await answer(call);
        } finally {
          leave();
        }
      };
      run().then(
        (message) => {
          settle('OK');
          callback(null, message);
        },
        (thrown: unknown) => {
          const error = serverErrorOf(thrown);
          if (error.code === 'INTERNAL')
            log?.error({ route: name, place: placeOf(error.cause ?? error) }, 'a fault of the program');
          settle(error.code);
          callback(failureOf(told(error)));
        },
      );
    };

  const handlers = Object.entries(methodsOf(service, options)).map(([name, one]) => [name, handlerOf(name, one)]);
  server.addService(definition, Object.fromEntries(handlers) as Grpc.UntypedServiceImplementation);
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(
      `${host.includes(':') ? `[${host}]` : host}:${port}`,
      grpc.ServerCredentials.createInsecure(),
      (error, free) => {
        if (!error) return resolve(free);
        const inUse = messageOf(error).includes('EADDRINUSE');
        reject(
          new ServerError(
            inUse ? 'ADDRESS_IN_USE' : 'OPTION_INVALID',
            inUse
              ? `Something listens on ${host}:${port} already; stop it, or choose another port for gRPC (0 takes a free one).`
              : `The server cannot listen for gRPC on ${host}:${port}: ${messageOf(error)}.`,
            { cause: error },
          ),
        );
      },
    );
  });
  return {
    address: `${host}:${bound}`,
    drain: () => new Promise((resolve) => server.tryShutdown(() => resolve())),
    close: () => server.forceShutdown(),
  };
};
