import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ServerErrorCode } from '../errors.js';
import type { InferenceResult } from '../request.js';
import type { ModelLabel } from '../telemetry/observer.js';
import type { ErrorFormat } from './error-body.js';

/** Stands where a request is for no model that is known. */
export const noModel: ModelLabel = { name: '', version: '' };

/** One request and its answer, from the first byte to the last. */
export interface Exchange {
  /** Fires when the client has gone. */
  readonly signal: AbortSignal;
  /** The model that answers, once it is known. */
  model?: ModelLabel;
  texts?: number;
  result?: InferenceResult;
  /** Whether keys are asked for, and it came without one where that is allowed: it is told no names. */
  anonymous?: boolean;
  /** Whether it is a person with a browser, who can be asked for a password. */
  asksForPassword?: boolean;
  /** What went wrong, or that nothing did. */
  code: ServerErrorCode | 'OK';
  /** Calls back once: when the answer leaves or its reader has gone, at once if that has happened. */
  whenSettled(listener: (exchange: Exchange) => void): void;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the route works without an API key. */
    readonly open?: boolean;
    /** Whether the route computes: such requests are limited in number, and traced. */
    readonly inference?: boolean;
    /** How errors of this route read, where its protocol has a way of its own. */
    readonly errorFormat?: ErrorFormat;
  }
}

interface OwnedExchange extends Exchange {
  settle(code?: ServerErrorCode): void;
  abort(): void;
}

const createExchange = (): OwnedExchange => {
  const controller = new AbortController();
  let listeners: ((exchange: Exchange) => void)[] | undefined = [];
  const exchange: OwnedExchange = {
    signal: controller.signal,
    code: 'OK',
    whenSettled: (listener) => {
      if (listeners) listeners.push(listener);
      else listener(exchange);
    },
    settle: (code) => {
      if (!listeners) return;
      if (code) exchange.code = code;
      const all = listeners;
      listeners = undefined;
      for (const listener of all) listener(exchange);
    },
    abort: () => {
      exchange.settle('ABANDONED');
      controller.abort();
    },
  };
  return exchange;
};

const exchanges = new WeakMap<FastifyRequest, OwnedExchange>();

const ownedBy = (request: FastifyRequest): OwnedExchange => {
  const exchange = exchanges.get(request) ?? createExchange();
  exchanges.set(request, exchange);
  return exchange;
};

/** The exchange that a request began. */
export const exchangeOf: (request: FastifyRequest) => Exchange = ownedBy;

/** Aborts an exchange whose client leaves. A pipelined response has no socket of its own yet: both are watched. */
const watch = (exchange: OwnedExchange, { raw: response }: FastifyReply, { raw: { socket } }: FastifyRequest): void => {
  const left = (): void => {
    socket.off('close', left);
    if (!response.writableFinished) exchange.abort();
  };
  if (socket.destroyed) return exchange.abort();
  response.once('close', left);
  socket.setMaxListeners(0).once('close', left); // one for each request that was sent ahead
};

/** The client's own id where it is one, else a new one. */
export const requestIdOf = ({ headers: { 'x-request-id': given } }: IncomingMessage): string =>
  typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();

/** Has every {@link Exchange} settled in the end, and gives every client its request id. */
export const addExchanges = (app: FastifyInstance): void => {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    watch(ownedBy(request), reply, request);
  });
  app.addHook('onSend', async (request) => ownedBy(request).settle());
};
