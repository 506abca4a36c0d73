import { Type, type Static } from 'typebox';
import packageJson from '../../package.json' with { type: 'json' };
import type { ModelStatus } from '../service.js';
import { errorSchema } from './error-body.js';
import { answerFields, labelFields, requestFields } from './request-fields.js';
import { fieldsOfResult, resultFields } from './result-fields.js';
import type { Routes } from './routes.js';
import { inputNames, inputsOfTensors } from './tensor-inputs.js';
import { outputMetadata, tensorWriter } from './tensor-outputs.js';
import { inputTensor, outputTensor } from './tensors.js';

/** Both ways to name a model; without a version it is the newest. */
const addresses = ['/v2/models/:model', '/v2/models/:model/versions/:version'] as const;

const address = Type.Object({ model: Type.String(), version: Type.Optional(Type.String()) });

const tensorMetadata = Type.Object({ name: Type.String(), datatype: Type.String(), shape: Type.Array(Type.Integer()) });

const modelMetadata = Type.Object({
  name: Type.String(),
  versions: Type.Array(Type.String()),
  platform: Type.String(),
  inputs: Type.Array(tensorMetadata),
  outputs: Type.Array(tensorMetadata),
});

/** Clients of this protocol send fields of their own: what is not known is left alone, save in `parameters`, where a misspelt budget would not hold. */
const inferBody = Type.Object({
  id: Type.Optional(Type.String({ maxLength: 1024, description: 'Comes back with the answer.' })),
  parameters: Type.Optional(Type.Object({ ...requestFields, ...answerFields, ...labelFields }, { additionalProperties: false })),
  inputs: Type.Array(inputTensor, { minItems: 1, maxItems: 8 }),
  outputs: Type.Optional(Type.Array(Type.Object({ name: Type.String(), parameters: Type.Optional(Type.Record(Type.String(), Type.Unknown())) }), { maxItems: 8, description: 'Outputs that are wanted. Default: all.' })),
});

const inferAnswer = Type.Object({
  model_name: Type.String(),
  model_version: Type.String(),
  id: Type.String(),
  parameters: Type.Object(resultFields),
  outputs: Type.Array(outputTensor),
});

const inputMetadata = ({ task }: ModelStatus): Static<typeof tensorMetadata>[] =>
  inputNames(task).map((name) => (name === 'text' || name === 'pair' ? { name, datatype: 'BYTES', shape: [-1] } : { name, datatype: 'INT64', shape: [-1, -1] }));

const platforms: Readonly<Record<string, string>> = { onnxruntime: 'onnxruntime_onnx', tfjs: 'tensorflowjs_safetensors' };

const tags = ['Open Inference Protocol'];

/** The Open Inference Protocol, version 2, over REST, with the extension `length_budget`: budgets as parameters. */
export const openInferenceRoutes: Routes = (app, { service, inference }) => {
  app.get('/v2', { schema: { tags, response: { 200: Type.Object({ name: Type.String(), version: Type.String(), extensions: Type.Array(Type.String()) }) } } }, async () => ({
    name: 'length-adaptive',
    version: packageJson.version,
    extensions: ['length_budget'],
  }));

  app.get('/v2/health/live', { config: { open: true }, schema: { tags, response: { 200: Type.Object({ live: Type.Boolean() }) } } }, async () => ({ live: true }));

  const readiness = Type.Object({ live: Type.Boolean(), ready: Type.Boolean() });
  app.get('/v2/health/ready', { config: { open: true }, schema: { tags, response: { 200: readiness, 503: readiness } } }, async (_, reply) => {
    const ready = service.ready();
    return ready ? { live: true, ready } : reply.code(503).header('retry-after', 1).send({ live: true, ready });
  });

  for (const path of addresses) {
    app.get(path, { schema: { tags, params: address, response: { 200: modelMetadata, '4xx': errorSchema } } }, async ({ params: { model, version } }) => {
      const status = service.find(model, version).status();
      return {
        name: status.name,
        versions: service.models().flatMap((other) => (other.name === status.name ? [other.version] : [])),
        platform: platforms[status.engine] ?? `${status.engine}_model`,
        inputs: inputMetadata(status),
        outputs: outputMetadata(status.task, status.labels),
      };
    });

    const modelReadiness = Type.Object({ name: Type.String(), ready: Type.Boolean() });
    app.get(`${path}/ready`, { config: { open: true }, schema: { tags, params: address, response: { 200: modelReadiness, 503: modelReadiness, '4xx': errorSchema } } }, async ({ params: { model, version } }, reply) => {
      const { name, ready } = service.find(model, version).status();
      return ready ? { name, ready } : reply.code(503).header('retry-after', 1).send({ name, ready });
    });

    app.post(
      `${path}/infer`,
      { config: { inference: true }, schema: { tags, params: address, body: inferBody, response: { 200: inferAnswer, '4xx': errorSchema, '5xx': errorSchema } } },
      async (request, reply) => {
        const { params, body } = request;
        const found = inference.find(request, params);
        const { name, version, task, labels } = found.status;
        const write = tensorWriter({ task, labels, names: body.outputs?.map((output) => output.name) });
        const result = await inference.run(request, reply, found, { inputs: inputsOfTensors(body.inputs, task), fields: body.parameters ?? {} });
        return { model_name: name, model_version: version, id: body.id ?? request.id, parameters: fieldsOfResult(result), outputs: write(result.predictions) };
      },
    );
  }
};
