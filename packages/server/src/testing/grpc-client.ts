import { credentials, loadPackageDefinition, Metadata, type ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { protoFile } from '../grpc/open-grpc.js';

/** A call over gRPC, as any client of the public protocol makes it. */
export type GrpcCall = (
  method: string,
  message: object,
  options?: {
    readonly metadata?: Readonly<Record<string, string>>;
    readonly deadlineMs?: number;
    readonly signal?: AbortSignal;
  },
) => Promise<Record<string, unknown>>;

export interface GrpcClient {
  readonly call: GrpcCall;
  close(): void;
}

type Unary = (
  message: object,
  metadata: Metadata,
  options: object,
  callback: (error: ServiceError | null, answer: Record<string, unknown>) => void,
) => { cancel(): void };

interface Generated {
  readonly inference: {
    readonly GRPCInferenceService: new (address: string, secrets: unknown) => Record<string, Unary> & { close(): void };
  };
}

export const grpcClient = (address: string): GrpcClient => {
  const definition = loadSync(protoFile, { keepCase: true, longs: Number, defaults: true, oneofs: true });
  const { inference } = loadPackageDefinition(definition) as unknown as Generated;
  const client = new inference.GRPCInferenceService(address, credentials.createInsecure());
  return {
    call: (method, message, { metadata = {}, deadlineMs, signal } = {}) =>
      new Promise((resolve, reject) => {
        const sent = new Metadata();
        for (const [name, value] of Object.entries(metadata)) sent.set(name, value);
        const options = deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs };
        const unary = client[method]?.bind(client);
        const call = unary?.(message, sent, options, (error, answer) => (error ? reject(error) : resolve(answer)));
        signal?.addEventListener('abort', () => call?.cancel());
      }),
    close: () => client.close(),
  };
};
