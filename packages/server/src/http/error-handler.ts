import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { placeOf, ServerError, withoutNames, type ServerErrorCode } from '../errors.js';
import { plainError } from './error-body.js';
import { exchangeOf } from './exchange.js';
import { drainBody } from './read-bodies.js';
import { validationMessage } from './validation-message.js';

/** Errors of fastify, and what we call them. */
const fastifyErrors: Readonly<Record<string, readonly [code: ServerErrorCode, message: string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [
    'BODY_TOO_LARGE',
    'The body is larger than this server accepts; send fewer or shorter texts.',
  ],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'MEDIA_TYPE_UNSUPPORTED',
    'The body has a media type that is not read here; send JSON, with "Content-Type: application/json".',
  ],
  FST_ERR_CTP_INVALID_JSON_BODY: ['REQUEST_INVALID', 'The body is not JSON.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['REQUEST_INVALID', 'The body is empty; expected JSON.'],
  FST_ERR_BAD_URL: ['REQUEST_INVALID', 'The address is not well formed.'],
  FST_ERR_MAX_PARAM_LENGTH: ['NOT_FOUND', 'There is nothing at an address this long.'],
  FST_BEARER_AUTH_MISSING_AUTHORIZATION_HEADER: [
    'UNAUTHORIZED',
    'An API key is needed here: send "Authorization: Bearer KEY".',
  ],
  FST_BEARER_AUTH_INVALID_AUTHORIZATION_HEADER: [
    'UNAUTHORIZED',
    'The API key is not one of this server\'s; send "Authorization: Bearer KEY".',
  ],
};

/** Anything thrown, as an error of ours. */
const serverErrorOf = (thrown: unknown): ServerError => {
  if (thrown instanceof ServerError) return thrown;
  const {
    code = '',
    validation,
    validationContext = 'request',
    statusCode = 500,
    message,
  } = thrown instanceof Error ? (thrown as FastifyError) : ({} as Partial<FastifyError>);
  if (validation)
    return new ServerError('REQUEST_INVALID', validationMessage(validation, validationContext), { cause: thrown });
  const known = fastifyErrors[code];
  if (known) return new ServerError(...known, { cause: thrown });
  if (statusCode >= 400 && statusCode < 500)
    return new ServerError('REQUEST_INVALID', `The request cannot be read: ${message}.`, { cause: thrown });
  return new ServerError('INTERNAL', 'The server failed; its log says more under the id of this request.', {
    cause: thrown,
  });
};

/**
 * Reads the rest of a body before its connection is closed, or its sender would read a broken pipe in place of the answer. A connection that
 * stays open takes the answer at once, and the rest behind it.
 */
const finishReading = async (
  { raw, headers: { connection = '' } }: FastifyRequest,
  reply: FastifyReply,
): Promise<void> => {
  const isRead = raw.complete;
  const drained = drainBody(raw);
  if (isRead) return;
  if (/\bclose\b/i.test(connection) || raw.httpVersion === '1.0') return drained;
  reply.removeHeader('connection'); // fastify closes where it has not read to the end
};

/** Answers with what went wrong, whichever route it was. */
export const answerError = async (
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> => {
  const exchange = exchangeOf(request);
  const found = serverErrorOf(thrown);
  const error = exchange.anonymous ? withoutNames(found) : found;
  exchange.code = error.code;
  await finishReading(request, reply);
  if (!reply.hasHeader('x-request-id')) reply.header('x-request-id', request.id); // no hook has run for an address that cannot be read
  if (error.code === 'INTERNAL') request.log.error({ place: placeOf(error.cause ?? error) }, 'a fault of the program');
  if (error.code === 'UNAUTHORIZED')
    reply.header('www-authenticate', `${exchange.asksForPassword ? 'Basic' : 'Bearer'} realm="length-adaptive"`);
  if (error.code === 'SHUTTING_DOWN') reply.header('connection', 'close');
  if (error.status === 429 || error.status === 503)
    reply.header('retry-after', Math.max(1, Math.ceil((error.retryAfterMs ?? 0) / 1000)));
  const { errorFormat = plainError } = request.routeOptions.config;
  const { status, body } = errorFormat(error, { bodyRead: request.body !== undefined });
  return reply.code(status).type('application/json').send(body);
};
