import { fastifyCors } from '@fastify/cors';
import { fastify, LogController, type FastifyInstance, type FastifyRequest } from 'fastify';
import { ServerError } from '../errors.js';
import type { Service } from '../service.js';
import { addAccessLog } from './access-log.js';
import { addAuthentication } from './authentication.js';
import { answerClientError } from './client-error.js';
import { answerError } from './error-handler.js';
import { addExchanges, requestIdOf } from './exchange.js';
import { addInFlightLimit } from './in-flight-limit.js';
import { resolveHttpOptions, type HttpOptions } from './http-options.js';
import { huggingFaceRoutes } from './hugging-face.js';
import { createInference } from './inference.js';
import { addJsonBodies, jsonLengthHeader } from './json-body.js';
import { modelRepositoryRoutes } from './model-repository.js';
import { modelStatisticsRoutes } from './model-statistics.js';
import { addOpenApi, openApiRoute } from './open-api.js';
import { openInferenceRoutes } from './open-inference.js';
import { operationsRoutes } from './operations.js';
import { addBodyReading } from './read-bodies.js';
import { resultHeaderNames } from './result-fields.js';
import { rerankRoutes } from './rerank.js';
import { simpleRoutes } from './simple.js';
import { textEmbeddingsRerankRoutes } from './text-embeddings-rerank.js';
import { embeddingRoutes } from './embeddings.js';
import { textEmbeddingsRoutes } from './text-embeddings.js';
import { addTracing } from './trace-requests.js';
import type { SchemaTypes } from './typed-app.js';
import { noteMethods } from './wrong-methods.js';

/**
 * The HTTP layer of a service, not yet listening: the Open Inference Protocol, one simple route a task, the routes of Text
 * Embeddings Inference, and what operating it takes.
 *
 * @example
 * const app = await createApp(service, { maxTexts: 64 });
 * await app.listen({ port: 8080 });
 */
export const createApp = async (service: Service, httpOptions: HttpOptions = {}): Promise<FastifyInstance> => {
  const options = resolveHttpOptions(httpOptions);
  const {
    apiKeys,
    corsOrigins,
    bodyLimit,
    maxConcurrentRequests,
    headersTimeoutMs,
    requestTimeoutMs,
    connectionTimeoutMs,
    logLevel,
    logStream,
    metrics,
  } = options;
  const app = fastify({
    logger: logLevel !== 'silent' && { level: logLevel, ...(logStream && { stream: logStream }) },
    logController: new LogController({ disableRequestLogging: true }), // see access-log.ts
    genReqId: requestIdOf,
    bodyLimit,
    requestTimeout: requestTimeoutMs,
    connectionTimeout: connectionTimeoutMs,
    http: {
      headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
      connectionsCheckingInterval: Math.max(10, Math.min(headersTimeoutMs, requestTimeoutMs) / 4),
    },
    return503OnClosing: false, // the service says so itself, in the words of the protocol
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false, verbose: true } },
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) => void answerError(error, request, reply),
  }).withTypeProvider<SchemaTypes>();

  app.setErrorHandler(answerError);
  const refuseAddress = async ({ method }: FastifyRequest): Promise<never> => {
    throw new ServerError('NOT_FOUND', `There is nothing for ${method} at this address; /docs lists what there is.`);
  };
  app.setNotFoundHandler(refuseAddress);
  // Answers are plain data of ours: their schemas describe them, and tests hold them to it.
  app.setSerializerCompiler(() => JSON.stringify);

  addExchanges(app);
  addJsonBodies(app);
  addAccessLog(app, metrics);
  if (corsOrigins.length > 0) {
    await app.register(fastifyCors, {
      origin: corsOrigins.includes('*') ? '*' : [...corsOrigins],
      methods: ['GET', 'POST'],
      exposedHeaders: ['x-request-id', 'retry-after', jsonLengthHeader, ...resultHeaderNames],
      strictPreflight: false,
    });
  }
  await addAuthentication(app, apiKeys);
  addInFlightLimit(app, service, { limit: maxConcurrentRequests, observer: metrics.observer });
  app.addHook('preParsing', async (request, _, payload) => (request.is404 ? refuseAddress(request) : payload)); // before a body is read
  addBodyReading(app, { bodyLimit });
  await addTracing(app);
  await addOpenApi(app, { secured: apiKeys.length > 0 });

  const refuseOtherMethods = noteMethods(app);
  const context = { service, options, inference: createInference(service, options) };
  for (const routes of [
    openInferenceRoutes,
    modelRepositoryRoutes,
    modelStatisticsRoutes,
    simpleRoutes,
    textEmbeddingsRoutes,
    textEmbeddingsRerankRoutes,
    huggingFaceRoutes,
    rerankRoutes,
    embeddingRoutes,
    operationsRoutes,
  ])
    routes(app, context);
  openApiRoute(app);
  refuseOtherMethods();
  await app.ready();
  return app;
};
