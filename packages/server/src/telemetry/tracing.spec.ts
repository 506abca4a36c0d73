import {
  context,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type TextMapPropagator,
} from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { ServerError } from '../errors.js';
import { appStarter } from '../testing/start-app.js';
import { openTracing } from './tracing.js';

const start = appStarter();
const exporter = new InMemorySpanExporter();

/** W3C's `traceparent`, as an OpenTelemetry SDK registers it. */
const traceparent: TextMapPropagator = {
  inject: () => undefined,
  extract: (from: Context, carrier: Record<string, string>) => {
    const [, traceId, spanId] = /^00-([\da-f]{32})-([\da-f]{16})-01$/.exec(carrier['traceparent'] ?? '') ?? [];
    return traceId && spanId ? trace.setSpanContext(from, { traceId, spanId, traceFlags: 1, isRemote: true }) : from;
  },
  fields: () => ['traceparent'],
};

beforeAll(() => {
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  propagation.setGlobalPropagator(traceparent);
});
afterEach(() => exporter.reset());
afterAll(() => {
  trace.disable();
  propagation.disable();
  context.disable();
});

test('a span for an inference request, under the one that the client names', async () => {
  const { get, post } = await start();
  await get('/v2');
  await post('/v1/classify', { texts: ['good', 'bad'] }, { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` });
  const spans = exporter.getFinishedSpans();
  expect(spans).toHaveLength(1);
  expect(spans[0]).toMatchObject({
    name: 'POST /v1/classify',
    kind: SpanKind.SERVER,
    parentSpanContext: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) },
    attributes: {
      model: 'reviews',
      version: '1',
      texts: 2,
      cost: 0.6,
      degraded: true,
      queue_ms: 1.23456,
      compute_ms: 2,
      tokens: 6,
      code: 'OK',
    },
    status: { code: SpanStatusCode.UNSET },
  });
  expect(JSON.stringify(spans[0]?.attributes)).not.toContain('good');
});

test('one that fails says how', async () => {
  const { post, service } = await start();
  await post('/v1/classify', { wrong: 'field' });
  service.fail(new ServerError('WORKER_CRASHED', 'No.'));
  await post('/predict', { inputs: 'good' });
  expect(exporter.getFinishedSpans()).toMatchObject([
    { attributes: { code: 'REQUEST_INVALID' }, status: { code: SpanStatusCode.UNSET } },
    { attributes: { code: 'WORKER_CRASHED', model: 'reviews' }, status: { code: SpanStatusCode.ERROR } },
  ]);
});

test('where OpenTelemetry is not installed nothing is traced', async () => {
  jest.doMock('@opentelemetry/api', () => {
    throw new Error('Cannot find module');
  });
  expect(await openTracing()).toBeUndefined();
});
