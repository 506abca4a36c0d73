import { Type } from 'typebox';
import type { ModelStatus } from '../service.js';
import type { DurationStatistic, Statistics } from '../telemetry/statistics.js';
import { errorSchema } from './error-body.js';
import { modelMetadata, platformOf } from './open-inference-metadata.js';
import type { Routes } from './routes.js';

const duration = Type.Object({ count: Type.Integer(), ns: Type.Integer() });

const modelStatistics = Type.Object({
  name: Type.String(),
  version: Type.String(),
  last_inference: Type.Integer({ description: 'Milliseconds since 1970; 0 for never.' }),
  inference_count: Type.Integer({ description: 'Texts answered.' }),
  execution_count: Type.Integer({ description: 'Batches run.' }),
  inference_stats: Type.Object({
    success: duration,
    fail: duration,
    queue: duration,
    compute_input: duration,
    compute_infer: duration,
    compute_output: duration,
    cache_hit: duration,
    cache_miss: duration,
  }),
  batch_stats: Type.Array(
    Type.Object({
      batch_size: Type.Integer(),
      compute_input: duration,
      compute_infer: duration,
      compute_output: duration,
    }),
  ),
});

const durationOf = ({ count, ms }: DurationStatistic) => ({ count, ns: Math.round(ms * 1e6) });

/** Reading texts and writing answers is part of computing here, and nothing is cached. */
const none = { count: 0, ns: 0 };

/** A model's statistics as the statistics extension writes them. */
export const statisticsOf = ({ name, version }: Pick<ModelStatus, 'name' | 'version'>, statistics: Statistics) => {
  const { lastInference, texts, batches, success, fail, queue, compute, batchSizes } = statistics.of({ name, version });
  return {
    name,
    version,
    last_inference: lastInference,
    inference_count: texts,
    execution_count: batches,
    inference_stats: {
      success: durationOf(success),
      fail: durationOf(fail),
      queue: durationOf(queue),
      compute_input: none,
      compute_infer: durationOf(compute),
      compute_output: none,
      cache_hit: none,
      cache_miss: none,
    },
    batch_stats: batchSizes.map((size) => ({
      batch_size: size.texts,
      compute_input: none,
      compute_infer: durationOf(size.compute),
      compute_output: none,
    })),
  };
};

const configTensor = Type.Object({
  name: Type.String(),
  data_type: Type.String(),
  dims: Type.Array(Type.Integer()),
  optional: Type.Optional(Type.Boolean()),
});

const modelConfig = Type.Object({
  name: Type.String(),
  platform: Type.String(),
  backend: Type.String(),
  max_batch_size: Type.Integer({ description: '0: the number of texts is a dimension of every tensor.' }),
  input: Type.Array(configTensor),
  output: Type.Array(configTensor),
  dynamic_batching: Type.Object({}),
  parameters: Type.Record(Type.String(), Type.Object({ string_value: Type.String() })),
});

/** Datatypes as a model configuration names them. */
const configType = (datatype: string): string => (datatype === 'BYTES' ? 'TYPE_STRING' : `TYPE_${datatype}`);

const tags = ['Open Inference Protocol'];

const address = Type.Object({ model: Type.String(), version: Type.Optional(Type.String()) });

/** The extensions `statistics` and `model_configuration` of the Open Inference Protocol. */
export const modelStatisticsRoutes: Routes = (app, { service, options: { metrics } }) => {
  const answer = Type.Object({ model_stats: Type.Array(modelStatistics) });

  app.get('/v2/models/stats', { schema: { tags, response: { 200: answer } } }, async () => ({
    model_stats: service.models().map((model) => statisticsOf(model, metrics.statistics)),
  }));

  for (const path of ['/v2/models/:model', '/v2/models/:model/versions/:version']) {
    app.get(
      `${path}/stats`,
      { schema: { tags, params: address, response: { 200: answer, '4xx': errorSchema } } },
      async ({ params: { model, version } }) => {
        const found = service.find(model, version);
        const all = version === undefined ? service.models().filter(({ name }) => name === found.name) : [found];
        return { model_stats: all.map((one) => statisticsOf(one, metrics.statistics)) };
      },
    );

    app.get(
      `${path}/config`,
      { schema: { tags, params: address, response: { 200: modelConfig, '4xx': errorSchema } } },
      async ({ params: { model, version } }) => {
        const status = service.find(model, version).status();
        const { name, inputs, outputs } = modelMetadata(service, status);
        const alternatives = inputs.some(({ parameters: { excludes } }) => excludes !== undefined);
        return {
          name,
          platform: platformOf(status),
          backend: status.engine,
          max_batch_size: 0,
          input: inputs.map((input) => ({
            name: input.name,
            data_type: configType(input.datatype),
            dims: input.shape,
            ...((alternatives || input.parameters.optional) && { optional: true }),
          })),
          output: outputs.map((output) => ({
            name: output.name,
            data_type: configType(output.datatype),
            dims: output.shape,
          })),
          dynamic_batching: {},
          parameters: {
            task: { string_value: status.task },
            ...Object.fromEntries(
              inputs.flatMap((input) =>
                input.parameters.excludes === undefined
                  ? []
                  : [[`${input.name}_excludes`, { string_value: input.parameters.excludes }]],
              ),
            ),
          },
        };
      },
    );
  }
};
