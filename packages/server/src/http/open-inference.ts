import { Type } from 'typebox';
import { binaryAnswer, withElements } from './binary-tensors.js';
import { errorSchema } from './error-body.js';
import { binaryTailOf, jsonLengthHeader } from './json-body.js';
import { checkInferBody, fieldsOfParameters, inferBody } from './open-inference-body.js';
import { modelMetadata, modelMetadataSchema, serverMetadata, serverMetadataSchema } from './open-inference-metadata.js';
import { fieldsOfResult, resultFields } from './result-fields.js';
import type { Routes } from './routes.js';
import { inputsOfTensors } from './tensor-inputs.js';
import { tensorWriter } from './tensor-outputs.js';
import { outputTensor } from './tensors.js';

/** Both ways to name a model; without a version it is the newest. */
const addresses = ['/v2/models/:model', '/v2/models/:model/versions/:version'] as const;

const address = Type.Object({ model: Type.String(), version: Type.Optional(Type.String()) });

const inferAnswer = Type.Object({
  model_name: Type.String(),
  model_version: Type.String(),
  id: Type.String(),
  parameters: Type.Object(resultFields),
  outputs: Type.Array(outputTensor),
});

const tags = ['Open Inference Protocol'];

/** The Open Inference Protocol, version 2, over REST, with the extension `length_budget`: budgets as parameters. */
export const openInferenceRoutes: Routes = (app, { service, inference }) => {
  for (const path of ['/v2', '/v2/'])
    app.get(path, { schema: { tags, hide: path !== '/v2', response: { 200: serverMetadataSchema } } }, async () =>
      serverMetadata('http'),
    );

  app.get(
    '/v2/health/live',
    { config: { open: true }, schema: { tags, response: { 200: Type.Object({ live: Type.Boolean() }) } } },
    async () => ({ live: true }),
  );

  const readiness = Type.Object({ live: Type.Boolean(), ready: Type.Boolean() });
  app.get(
    '/v2/health/ready',
    { config: { open: true }, schema: { tags, response: { 200: readiness, 503: readiness } } },
    async (_, reply) => {
      const ready = service.ready();
      return ready ? { live: true, ready } : reply.code(503).header('retry-after', 1).send({ live: true, ready });
    },
  );

  for (const path of addresses) {
    app.get(
      path,
      { schema: { tags, params: address, response: { 200: modelMetadataSchema, '4xx': errorSchema } } },
      async ({ params: { model, version } }) => {
        return modelMetadata(service, service.find(model, version).status());
      },
    );

    const modelReadiness = Type.Object({ name: Type.String(), ready: Type.Boolean() });
    app.get(
      `${path}/ready`,
      {
        config: { open: true },
        schema: { tags, params: address, response: { 200: modelReadiness, 503: modelReadiness, '4xx': errorSchema } },
      },
      async ({ params: { model, version } }, reply) => {
        const { name, ready } = service.find(model, version).status();
        return ready ? { name, ready } : reply.code(503).header('retry-after', 1).send({ name, ready });
      },
    );

    app.post(
      `${path}/infer`,
      {
        config: { inference: true, binaryTensors: true },
        schema: {
          tags,
          params: address,
          body: inferBody,
          response: { 200: inferAnswer, '4xx': errorSchema, '5xx': errorSchema },
        },
      },
      async (request, reply) => {
        const { params, body } = request;
        const found = inference.find(request, params);
        const { name, version, task, labels } = found.status;
        checkInferBody(body);
        const write = tensorWriter({ task, labels, names: body.outputs?.map((output) => output.name) });
        const inputs = inputsOfTensors(withElements(body.inputs, binaryTailOf(request)), task);
        const result = await inference.run(request, reply, found, {
          inputs,
          fields: fieldsOfParameters(body.parameters),
        });
        const answer = {
          model_name: name,
          model_version: version,
          id: body.id ?? request.id,
          parameters: fieldsOfResult(result, found.status),
          outputs: write(result.predictions),
        };
        const asked = new Map(body.outputs?.map((output) => [output.name, output.parameters?.['binary_data']]));
        const isBinary = (output: string): boolean =>
          (asked.get(output) ?? body.parameters?.binary_data_output) === true;
        if (!answer.outputs.some((output) => isBinary(output.name))) return answer;
        const { json, bytes } = binaryAnswer(answer, isBinary);
        return reply
          .header(jsonLengthHeader, json.length)
          .type('application/octet-stream')
          .send(Buffer.concat([json, bytes]) as never);
      },
    );
  }
};
