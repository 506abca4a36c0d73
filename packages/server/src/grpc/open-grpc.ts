import { fileURLToPath } from 'node:url';
import type * as Grpc from '@grpc/grpc-js';
import { ServerError } from '../errors.js';

/** The library, and the service of the protocol. */
export interface OpenGrpc {
  readonly grpc: typeof Grpc;
  readonly service: Grpc.ServiceDefinition;
}

/** The protocol, beside the sources and beside the built package's files. */
export const protoFile = fileURLToPath(
  new URL(
    import.meta.url.endsWith('.ts') ? '../../proto/grpc_predict_v2.proto' : '../proto/grpc_predict_v2.proto',
    import.meta.url,
  ),
);

/** How messages are read: names as in the protocol, numbers as numbers, what is not there as its default. */
const protoOptions = { keepCase: true, longs: Number, defaults: true, oneofs: true } as const;

/**
 * Loads what speaks gRPC.
 *
 * @throws ServerError `OPTION_INVALID` where it is not installed
 */
export const openGrpc = async (): Promise<OpenGrpc> => {
  try {
    const [grpc, loader] = await Promise.all([import('@grpc/grpc-js'), import('@grpc/proto-loader')]);
    const definition = await loader.load(protoFile, protoOptions);
    const service = definition['inference.GRPCInferenceService'] as unknown as Grpc.ServiceDefinition;
    return { grpc, service };
  } catch (error) {
    throw new ServerError(
      'OPTION_INVALID',
      'gRPC needs two packages that are not installed: npm install @grpc/grpc-js @grpc/proto-loader, or start without a port for it.',
      { cause: error },
    );
  }
};
