import { fullLength } from '@length-adaptive/core/lengths';
import type { ParetoPoint } from '@length-adaptive/models';
import { pointText } from '@length-adaptive/models/predict';
import { Type } from 'typebox';
import packageJson from '../../package.json' with { type: 'json' };
import { layersOf } from '../layers-of.js';
import { statusPage, statusPagePolicy } from '../page/status-page.js';
import type { ModelStatus } from '../service.js';
import type { Routes } from './routes.js';
import { statusBody } from './status-body.js';

const count = Type.Integer({ minimum: 0 });

/** Unknown scores and times are null in JSON. */
const measured = Type.Union([Type.Number(), Type.Null()]);

const shares = Type.Array(Type.Number());

const ranks = Type.Object(
  { attention: shares, feedForward: shares },
  {
    description:
      'Layer by layer, the ranks of the factors that the matrices run as; absent where they run as they are.',
  },
);

const bits = Type.Integer({
  description: 'What each weight is stored in, 8 or 32; absent where that is as the model was opened.',
});

const modelStatus = Type.Object({
  name: Type.String(),
  version: Type.String(),
  ready: Type.Boolean(),
  task: Type.String(),
  engine: Type.String(),
  labels: Type.Array(Type.String()),
  prior: Type.Optional(Type.String({ description: 'What ranks tokens beforehand. Absent where nothing does.' })),
  positions: count,
  paretoSet: Type.Array(
    Type.Object({
      lengthConfig: Type.Array(Type.Number()),
      ranks: Type.Optional(ranks),
      bits: Type.Optional(bits),
      score: measured,
      cost: Type.Number(),
      macs: Type.Optional(Type.Number()),
      latencyMs: Type.Optional(Type.Number()),
      fileBytes: Type.Optional(Type.Number()),
      heldOutScore: Type.Optional(measured),
    }),
  ),
  scoreScale: Type.Optional(
    Type.Object(
      {
        metric: Type.Optional(Type.String()),
        split: Type.Optional(Type.String()),
        heldOut: Type.Optional(
          Type.Object({ metric: Type.Optional(Type.String()), split: Type.Optional(Type.String()) }),
        ),
        full: Type.Optional(
          Type.Object({ score: Type.Optional(Type.Number()), heldOutScore: Type.Optional(Type.Number()) }),
        ),
      },
      {
        description: 'What the scores are: `min_score` is on the scale of `metric`. Absent where there was no search.',
      },
    ),
  ),
  memory: Type.Optional(
    Type.Object({
      weightBytes: Type.Optional(count),
      openedBytes: Type.Integer({
        minimum: 0,
        description: 'Growth of the resident memory of the process while the model was opened, all its threads.',
      }),
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
      weight_bytes: Type.Optional(
        Type.Integer({ minimum: 0, description: 'Bytes of the weights, once, in the numbers that they are kept in.' }),
      ),
      memory_bytes: Type.Optional(
        Type.Integer({
          minimum: 0,
          description:
            'Bytes by which the resident memory of the process grew while the model was opened: weights and threads.',
        }),
      ),
      score_metric: Type.Optional(
        Type.String({ description: 'What `score` and `min_score` are: the metric of the search.' }),
      ),
      score_split: Type.Optional(Type.String({ description: 'Examples that `score` is of.' })),
      held_out_metric: Type.Optional(Type.String({ description: 'What `held_out_score` is.' })),
      held_out_split: Type.Optional(
        Type.String({ description: 'Where the examples come from that the search did not see.' }),
      ),
      full: Type.Optional(
        Type.Object(
          {
            length_config: Type.String(),
            score: measured,
            cost: Type.Number(),
            held_out_score: Type.Optional(measured),
          },
          { description: 'The full length, to compare with.' },
        ),
      ),
      pareto_set: Type.Array(
        Type.Object({
          length_config: Type.String(),
          score: measured,
          cost: Type.Number(),
          latency_ms: Type.Optional(Type.Number()),
          held_out_score: Type.Optional(measured),
        }),
        {
          description: 'Cheapest first. Each can be asked for by its `length_config`, or by its index.',
        },
      ),
    }),
  ),
});

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

const pointOf = ({ point, score, cost, latencyMs, heldOutScore }: ParetoPoint) => ({
  length_config: pointText(point),
  score: finite(score),
  cost,
  ...(latencyMs !== undefined && { latency_ms: latencyMs }),
  ...(heldOutScore !== undefined && { held_out_score: finite(heldOutScore) }),
});

/** What a model's scores are, and those of its full length. */
const scaleOf = ({ scoreScale, paretoSet }: ModelStatus) => {
  if (!scoreScale) return {};
  const { metric, split, heldOut, full } = scoreScale;
  const layers = layersOf(paretoSet) ?? 0;
  return {
    ...(metric !== undefined && { score_metric: metric }),
    ...(split !== undefined && { score_split: split }),
    ...(heldOut?.metric !== undefined && { held_out_metric: heldOut.metric }),
    ...(heldOut?.split !== undefined && { held_out_split: heldOut.split }),
    ...(full && {
      full: {
        length_config: fullLength(layers).join(','),
        score: finite(full.score ?? Number.NaN),
        cost: 1,
        ...(full.heldOutScore !== undefined && { held_out_score: finite(full.heldOutScore) }),
      },
    }),
  };
};

/** What a model takes of memory. */
const memoryOf = ({ memory }: ModelStatus) => ({
  ...(memory?.weightBytes !== undefined && { weight_bytes: memory.weightBytes }),
  ...(memory && { memory_bytes: memory.openedBytes }),
});

const tags = ['Operations'];

/** What whoever runs the server looks at. */
export const operationsRoutes: Routes = (app, { service, options: { metrics } }) => {
  const statuses = () => service.models().map((model) => model.status());

  app.get('/', { config: { open: true }, schema: { hide: true } }, async (_, reply) =>
    reply.type('text/html; charset=utf-8').header('content-security-policy', statusPagePolicy).send(statusPage),
  );

  app.get('/v1/models', { schema: { tags, response: { 200: models } } }, async () => ({
    models: statuses().map((status) => ({
      name: status.name,
      version: status.version,
      task: status.task,
      labels: [...status.labels],
      ...memoryOf(status),
      ...scaleOf(status),
      pareto_set: status.paretoSet.map(pointOf),
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
