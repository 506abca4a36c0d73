/** What a span says of its request, beside its times. */
export interface SpanAttributes {
  readonly [name: string]: string | number | boolean | undefined;
}

/** A request that is being traced. */
export interface RequestSpan {
  /** @param failed whether the server is at fault */
  end(attributes: SpanAttributes, failed: boolean): void;
}

/** Begins a span for each request. */
export interface Tracing {
  begin(name: string, headers: Readonly<Record<string, string | string[] | undefined>>): RequestSpan;
}

/**
 * Tracing by OpenTelemetry, with whatever provider and propagator the process has registered (`node --import ./telemetry.js`).
 * The parent of a span is the active one, or else the one that the request's `traceparent` names.
 *
 * @returns undefined when `@opentelemetry/api` is not installed
 */
export const openTracing = async (): Promise<Tracing | undefined> => {
  const api = await import('@opentelemetry/api').catch(() => undefined);
  if (!api) return undefined;
  const { context, propagation, SpanKind, SpanStatusCode, trace } = api;
  const tracer = trace.getTracer('@length-adaptive/server');
  return {
    begin: (name, headers) => {
      const active = context.active();
      const parent = trace.getSpan(active) ? active : propagation.extract(active, headers);
      const span = tracer.startSpan(name, { kind: SpanKind.SERVER }, parent);
      return {
        end: (attributes, failed) => {
          span.setAttributes(attributes);
          if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    },
  };
};
