/** What an inference request of the Open Inference Protocol holds, over HTTP and gRPC. */
import { Type, type Static } from 'typebox';
import { invalidRequest } from '../errors.js';
import { answerFields, labelFields, requestFields, type RequestFields } from './request-fields.js';
import { checkInputParameters, checkOutputParameters } from './tensor-parameters.js';
import { requestTensor, tensorParameters } from './tensors.js';

/** Parameters of a request as Triton's clients name them. */
const tritonFields = {
  binary_data_output: Type.Optional(
    Type.Boolean({ description: 'All outputs as bytes behind the JSON, save where an output says otherwise.' }),
  ),
  timeout: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: (2 ** 31 - 1) * 1000,
      description: '`timeout_ms` in microseconds; 0 for none.',
    }),
  ),
};

export const inferParameters = Type.Object(
  { ...requestFields, ...answerFields, ...labelFields, ...tritonFields },
  { additionalProperties: false },
);
export type InferParameters = Static<typeof inferParameters>;

const requestedOutput = Type.Object({ name: Type.String(), parameters: Type.Optional(tensorParameters) });

/** Clients of this protocol send fields of their own: what is not known is left alone, save in `parameters`, where a misspelt budget would not hold. */
export const inferBody = Type.Object({
  id: Type.Optional(Type.String({ description: 'Comes back with the answer.' })),
  parameters: Type.Optional(inferParameters),
  inputs: Type.Array(requestTensor, { minItems: 1, maxItems: 8 }),
  outputs: Type.Optional(
    Type.Array(requestedOutput, { maxItems: 8, description: 'Outputs that are wanted. Default: all.' }),
  ),
});
export type InferBody = Static<typeof inferBody>;

/**
 * Refuses what would go unheard, or is said twice.
 *
 * @throws ServerError `REQUEST_INVALID`
 */
export const checkInferBody = ({ inputs, outputs = [] }: InferBody): void => {
  for (const { name, parameters } of inputs) checkInputParameters(name, parameters);
  const seen = new Set<string>();
  for (const { name, parameters } of outputs) {
    if (seen.has(name)) throw invalidRequest(`Output ${JSON.stringify(name.slice(0, 60))} is asked for twice.`);
    seen.add(name);
    checkOutputParameters(name, parameters);
  }
};

/**
 * The fields of any protocol that the parameters stand for.
 *
 * @throws ServerError `REQUEST_INVALID` for two timeouts
 */
export const fieldsOfParameters = ({
  binary_data_output: _,
  timeout,
  ...fields
}: InferParameters = {}): RequestFields => {
  if (timeout === undefined || timeout === 0) return fields;
  if (fields.timeout_ms !== undefined)
    throw invalidRequest('timeout came with timeout_ms; give one of them (timeout is in microseconds).');
  return { ...fields, timeout_ms: timeout / 1000 };
};
