import type { ParetoPoint } from '@length-adaptive/models';
import { Type } from 'typebox';
import packageJson from '../../package.json' with { type: 'json' };
import { lengthConfigText } from '../length-config-text.js';
import { statusPage, statusPagePolicy } from '../page/status-page.js';
import type { Routes } from './routes.js';
import { statusBody } from './status-body.js';

const count = Type.Integer({ minimum: 0 });

/** Unknown scores and times are null in JSON. */
const measured = Type.Union([Type.Number(), Type.Null()]);

const modelStatus = Type.Object({
  name: Type.String(),
  version: Type.String(),
  ready: Type.Boolean(),
  task: Type.String(),
  engine: Type.String(),
  labels: Type.Array(Type.String()),
  positions: count,
  paretoSet: Type.Array(
    Type.Object({
      lengthConfig: Type.Array(Type.Number()),
      score: measured,
      cost: Type.Number(),
      macs: Type.Optional(Type.Number()),
      latencyMs: Type.Optional(Type.Number()),
    }),
  ),
  operatingPoint: Type.Integer({
    description: 'Index in the Pareto set of the dearest configuration that load allows now.',
  }),
  queued: count,
  running: count,
  queueDelayMs: measured,
  answered: count,
  degraded: count,
  refused: count,
  expired: count,
  speed: Type.Object({ overheadMs: measured, msPerGigaMac: measured }),
});

const models = Type.Object({
  models: Type.Array(
    Type.Object({
      name: Type.String(),
      version: Type.String(),
      task: Type.String(),
      labels: Type.Array(Type.String()),
      pareto_set: Type.Array(
        Type.Object({
          length_config: Type.String(),
          score: measured,
          cost: Type.Number(),
          latency_ms: Type.Optional(Type.Number()),
        }),
        {
          description: 'Cheapest first. Each can be asked for by its `length_config`, or by its index.',
        },
      ),
    }),
  ),
});

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

const pointOf = ({ point, score, cost, latencyMs }: ParetoPoint) => ({
  length_config: lengthConfigText(point),
  score: finite(score),
  cost,
  ...(latencyMs !== undefined && { latency_ms: latencyMs }),
});

const tags = ['Operations'];

/** What whoever runs the server looks at. */
export const operationsRoutes: Routes = (app, { service, options: { metrics } }) => {
  const statuses = () => service.models().map((model) => model.status());

  app.get('/', { config: { open: true }, schema: { hide: true } }, async (_, reply) =>
    reply.type('text/html; charset=utf-8').header('content-security-policy', statusPagePolicy).send(statusPage),
  );

  app.get('/v1/models', { schema: { tags, response: { 200: models } } }, async () => ({
    models: statuses().map(({ name, version, task, labels, paretoSet }) => ({
      name,
      version,
      task,
      labels: [...labels],
      pareto_set: paretoSet.map(pointOf),
    })),
  }));

  const status = Type.Object({
    version: Type.String(),
    uptime_seconds: Type.Number(),
    ready: Type.Boolean(),
    models: Type.Array(modelStatus),
  });
  const started = performance.now();
  app.get('/v1/status', { schema: { tags, response: { 200: Type.Unsafe<object>(status) } } }, async () => ({
    version: packageJson.version,
    uptime_seconds: Math.round((performance.now() - started) / 1000),
    ready: service.ready(),
    models: statuses().map(statusBody),
  }));

  app.get(
    '/metrics',
    { schema: { tags, produces: ['text/plain'], response: { 200: Type.String() } } },
    async (_, reply) => reply.type(metrics.contentType).send(await metrics.text(statuses())),
  );
};
