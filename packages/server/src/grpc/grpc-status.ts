import type { ServerError } from '../errors.js';

/** Status codes of gRPC, by the HTTP status that says the same. */
const byHttpStatus: Readonly<Record<number, number>> = {
  400: 3, // INVALID_ARGUMENT
  401: 16, // UNAUTHENTICATED
  403: 7, // PERMISSION_DENIED
  404: 5, // NOT_FOUND
  405: 12, // UNIMPLEMENTED
  413: 3,
  415: 3,
  422: 3,
  429: 8, // RESOURCE_EXHAUSTED
  499: 1, // CANCELLED
  500: 13, // INTERNAL
  503: 14, // UNAVAILABLE
  504: 4, // DEADLINE_EXCEEDED
};

/** The status code of gRPC for an error: the table stands in the README. */
export const grpcStatusOf = ({ status }: Pick<ServerError, 'status'>): number => byHttpStatus[status] ?? 2; // UNKNOWN
