import type { Precision } from '@length-adaptive/onnx';
import type { LogLevel } from '../telemetry/log.js';
import { createMetrics, type Metrics } from '../telemetry/metrics.js';

/** How the HTTP layer answers. */
export interface HttpOptions {
  /** Keys that open inference, metrics and docs, sent as `Authorization: Bearer KEY`. Default: none, everything is open. */
  readonly apiKeys?: readonly string[] | undefined;
  /** Origins whose pages may call, or `*`. Default: none. */
  readonly corsOrigins?: readonly string[] | undefined;
  /** Bytes of a body. Default 2 MiB. */
  readonly bodyLimit?: number | undefined;
  /** Texts of a request. Default 32. */
  readonly maxTexts?: number | undefined;
  /** Characters of a text. Default 32,768. */
  readonly maxTextLength?: number | undefined;
  /** Inference requests in flight; the next one is refused. Default 512. */
  readonly maxConcurrentRequests?: number | undefined;
  /** Least `priority` that a request may have. Default: any. */
  readonly minPriority?: number | undefined;
  /** Whether requests that do not say `truncate` have texts cut that are too long. Default false. */
  readonly truncate?: boolean | undefined;
  /** Whether clients may load and unload models. Default true; `serve` without API keys: only where it listens on this machine alone. */
  readonly modelControl?: boolean | undefined;
  /** Milliseconds until a client has sent its headers, and its whole request. Default 10,000 and 30,000. */
  readonly headersTimeoutMs?: number | undefined;
  readonly requestTimeoutMs?: number | undefined;
  /** Milliseconds that a connection may be silent in both directions. Default 120,000. */
  readonly connectionTimeoutMs?: number | undefined;
  /** Default `silent`. */
  readonly logLevel?: LogLevel | undefined;
  /** Where the log goes, a JSON document a line. Default: standard output. */
  readonly logStream?: { write(line: string): unknown } | undefined;
  /** What the service was opened with, for clients that ask. Defaults as in the options of a service. */
  readonly maxBatchTokens?: number | undefined;
  readonly maxBatchTexts?: number | undefined;
  readonly workers?: number | undefined;
  readonly precision?: Precision | undefined;
  /** The metrics that the service's observer belongs to. Default: new ones, which count HTTP only. */
  readonly metrics?: Metrics | undefined;
}

/** Options with their defaults. */
export type ResolvedHttpOptions = {
  readonly [Key in keyof Omit<HttpOptions, 'logStream'>]-?: Exclude<HttpOptions[Key], undefined>;
} & Pick<HttpOptions, 'logStream'>;

export const resolveHttpOptions = ({
  apiKeys = [],
  corsOrigins = [],
  bodyLimit = 2 * 2 ** 20,
  maxTexts = 32,
  maxTextLength = 32_768,
  maxConcurrentRequests = 512,
  minPriority = -Infinity,
  truncate = false,
  modelControl = true,
  headersTimeoutMs = 10_000,
  requestTimeoutMs = 30_000,
  connectionTimeoutMs = 120_000,
  logLevel = 'silent',
  logStream,
  maxBatchTokens = 2048,
  maxBatchTexts = 64,
  workers = 1,
  precision = 'fp32',
  metrics = createMetrics(),
}: HttpOptions): ResolvedHttpOptions => ({
  apiKeys,
  corsOrigins,
  bodyLimit,
  maxTexts,
  maxTextLength,
  maxConcurrentRequests,
  minPriority,
  truncate,
  modelControl,
  headersTimeoutMs,
  requestTimeoutMs,
  connectionTimeoutMs,
  logLevel,
  logStream,
  maxBatchTokens,
  maxBatchTexts,
  workers,
  precision,
  metrics,
});
