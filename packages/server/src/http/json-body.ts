import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { invalidRequest, ServerError } from '../errors.js';

/** Header that tells how many bytes of a body are its JSON; tensors as bytes follow them. */
export const jsonLengthHeader = 'inference-header-content-length';

const binaryType = 'application/octet-stream';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether bytes may follow the JSON of a body. */
    readonly binaryTensors?: boolean;
  }
}

const tails = new WeakMap<FastifyRequest, Buffer>();

/** What follows the JSON of a body; undefined where the body is all JSON. */
export const binaryTailOf = (request: FastifyRequest): Buffer | undefined => tails.get(request);

/** Bytes of a body that are its JSON; undefined where all are. */
const jsonLengthOf = ({ headers, routeOptions }: FastifyRequest, bytes: number): number | undefined => {
  const { [jsonLengthHeader]: given, 'content-type': type = '' } = headers;
  if (!routeOptions.config.binaryTensors && type.startsWith(binaryType))
    throw new ServerError(
      'MEDIA_TYPE_UNSUPPORTED',
      `The body has the media type ${binaryType}, which is read at /v2/models/MODEL/infer only; send JSON, with "Content-Type: application/json".`,
    );
  if (given === undefined) {
    if (type.startsWith(binaryType))
      throw invalidRequest(
        `The body has the media type ${binaryType} but no header Inference-Header-Content-Length; send it with the number of bytes of the JSON, after which the tensors follow.`,
      );
    return undefined;
  }
  if (!routeOptions.config.binaryTensors)
    throw invalidRequest(
      'The header Inference-Header-Content-Length came; tensors as bytes are read at /v2/models/MODEL/infer only.',
    );
  const length = typeof given === 'string' && /^\d+$/.test(given) ? Number(given) : Number.NaN;
  if (!(length <= bytes))
    throw invalidRequest(
      `The header Inference-Header-Content-Length is ${JSON.stringify(given).slice(0, 60)}; expected a number of bytes up to the ${bytes} of the body.`,
    );
  return length;
};

/**
 * Bodies are JSON in UTF-8, and where a route says so bytes may follow it. One without a media type is read as JSON: clients of the
 * Open Inference Protocol send none.
 */
export const addJsonBodies = (app: FastifyInstance): void => {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addHook('onRequest', async ({ headers }) => {
    const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
    if (hasBody && headers['content-type'] === undefined) headers['content-type'] = 'application/json';
  });
  app.addContentTypeParser<Buffer>(
    ['application/json', binaryType],
    { parseAs: 'buffer' },
    (request, bytes, done): void => {
      try {
        const length = jsonLengthOf(request, bytes.length);
        const json = bytes.subarray(0, length ?? bytes.length);
        if (!isUtf8(json)) throw invalidRequest('The body is not UTF-8; expected JSON in UTF-8.');
        if (length !== undefined) tails.set(request, bytes.subarray(length));
        void parseJson(request, json.toString('utf8'), done);
      } catch (error) {
        done(error as Error);
      }
    },
  );
};
