import { createHash, timingSafeEqual } from 'node:crypto';
import { fastifyBearerAuth } from '@fastify/bearer-auth';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { exchangeOf } from './exchange.js';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Where people read with a browser, which asks them for a name and a password: any name, and a key. */
const isDocs = (request: FastifyRequest): boolean => /^\/docs(\/|$)/.test(request.routeOptions.url ?? '');

/** The password of `Authorization: Basic`. */
const passwordOf = ({ headers: { authorization = '' } }: FastifyRequest): string | undefined => {
  const [, encoded] = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization) ?? [];
  const [, password] = /^[^:]*:(.*)$/s.exec(Buffer.from(encoded ?? '', 'base64').toString()) ?? [];
  return password;
};

/** Asks for one of the keys wherever a route is not open. Keys are compared in constant time. */
export const addAuthentication = async (app: FastifyInstance, apiKeys: readonly string[]): Promise<void> => {
  if (apiKeys.length === 0) return;
  await app.register(fastifyBearerAuth, {
    keys: new Set(apiKeys),
    addHook: false,
    specCompliance: 'rfc6749',
    verifyErrorLogLevel: 'debug',
  });
  const digests = apiKeys.map(digest);
  const isKey = (text: string): boolean => {
    const own = digest(text);
    return digests.map((other) => timingSafeEqual(own, other)).includes(true);
  };
  app.addHook('onRequest', (request, reply, done) => {
    const { authorization = '' } = request.headers;
    if (request.routeOptions.config.open) {
      exchangeOf(request).anonymous = !isKey(authorization.replace(/^Bearer /i, ''));
      return done();
    }
    if (isDocs(request)) {
      const password = passwordOf(request);
      if (password !== undefined && isKey(password)) return done();
      if (request.headers.accept?.includes('text/html')) exchangeOf(request).asksForPassword = true;
    }
    app.verifyBearerAuth?.(request, reply, done);
  });
};
