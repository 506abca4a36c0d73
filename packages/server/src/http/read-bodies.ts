import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ServerError, invalidRequest } from '../errors.js';
import { createJsonBounds, jsonLimitsOf, type JsonLimits } from './json-bounds.js';

/** How bodies may be packed: `Content-Encoding`. */
const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

const codings = 'gzip, deflate, br';

/** A stream of a body as fastify reads it: what came of it so far, before it was unpacked, is what Content-Length counts. */
interface Body extends Transform {
  receivedEncodedLength?: number;
}

/** Lets the bytes of a document through while they are within bounds. */
const watchJson = (limits: JsonLimits, length: number): Transform => {
  const bounds = createJsonBounds(limits);
  let left = length;
  return new Transform({
    transform: (chunk: Buffer, _, pass) => {
      try {
        bounds.feed(chunk.subarray(0, left));
        left = Math.max(0, left - chunk.length);
        pass(null, chunk);
      } catch (error) {
        pass(error as Error);
      }
    },
  });
};

/** Bytes at the beginning of a body that are JSON: all of them, unless another protocol says how many. */
const jsonLengthOf = ({ headers }: FastifyRequest): number => {
  const length = Number(headers['inference-header-content-length']);
  if (length >= 0) return length;
  return /^application\/octet-stream\b/i.test(headers['content-type'] ?? '') ? 0 : Infinity;
};

/** @throws ServerError `MEDIA_TYPE_UNSUPPORTED` */
const decoderOf = ({ headers: { 'content-encoding': coding = 'identity' } }: FastifyRequest): Transform | undefined => {
  const name = coding.trim().toLowerCase();
  if (name === 'identity') return undefined;
  const create = Object.hasOwn(decoders, name) ? decoders[name] : undefined;
  if (create) return create();
  throw new ServerError(
    'MEDIA_TYPE_UNSUPPORTED',
    `The body has the Content-Encoding ${JSON.stringify(coding.slice(0, 60))}; expected none, or one of ${codings}.`,
  );
};

/** What unpacks the body of a request. */
const unpacking = new WeakMap<IncomingMessage, Transform>();

/** Unpacks bodies, and refuses those that would keep the parser busy while they are read. */
export const addBodyReading = (app: FastifyInstance, { bodyLimit }: { readonly bodyLimit: number }): void => {
  const limits = jsonLimitsOf(bodyLimit);
  app.addHook('preParsing', async (request, reply, payload: Readable) => {
    const { 'transfer-encoding': chunked, 'content-length': length = '0' } = request.headers;
    if (chunked === undefined && length === '0') return payload;
    let decoder: Transform | undefined;
    try {
      decoder = decoderOf(request);
    } catch (error) {
      reply.header('accept-encoding', codings);
      throw error;
    }
    const body: Body = watchJson(limits, jsonLengthOf(request));
    body.on('error', () => undefined); // fastify listens while it reads
    if (decoder) {
      unpacking.set(request.raw, decoder);
      body.receivedEncodedLength = 0;
      payload.on(
        'data',
        (chunk: Buffer) => (body.receivedEncodedLength = (body.receivedEncodedLength ?? 0) + chunk.length),
      );
      const coding = String(request.headers['content-encoding']);
      decoder.on('error', () =>
        body.destroy(invalidRequest(`The body is not ${coding}, as its Content-Encoding says.`)),
      );
      payload.pipe(decoder).pipe(body);
    } else payload.pipe(body);
    payload.once('error', (error) => body.destroy(error));
    return body;
  });
};

/** Milliseconds from one piece of a body that is not wanted to the next: who sends such bodies all the time must not keep others waiting. */
const pauseMs = 1;

/** Bytes at the end of a body that are read at once: who has sent everything and closed its side would be hung up on meanwhile. */
const tail = 2 ** 18;

/** Reads what is left of a body that is not wanted, and forgets it: a client that still sends would not see an answer. */
export const drainBody = (raw: IncomingMessage): Promise<void> => {
  unpacking.get(raw)?.destroy(); // a small body may unpack to a large one
  if (raw.complete || raw.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    for (const event of ['end', 'close', 'error']) raw.once(event, () => resolve());
    raw.unpipe();
    let left = Number(raw.headers['content-length']); // not known of a chunked one
    raw.on('data', ({ length }: Buffer) => {
      left -= length;
      if (left < tail) return;
      raw.pause();
      setTimeout(() => raw.resume(), pauseMs).unref();
    });
    raw.resume();
  });
};
