/** Between the messages of an inference and what HTTP has in JSON. */
import { Value } from 'typebox/value';
import { invalidRequest } from '../errors.js';
import { bytesOfElements, elementsOfBytes } from '../http/binary-tensors.js';
import { checkInferBody, inferBody, type InferBody } from '../http/open-inference-body.js';
import type { TensorParameters } from '../http/tensor-parameters.js';
import { textAt, type InputTensor, type OutputTensor } from '../http/tensors.js';
import type { ContentsMessage, InferMessage, InputMessage, ParameterMessage, ParametersMessage } from './messages.js';

/** @throws ServerError `REQUEST_INVALID` for a parameter without a value */
const scalarOf = (name: string, parameter: ParameterMessage): string | number | boolean => {
  const { bool_param, int64_param, string_param, double_param, uint64_param } = parameter;
  const value = bool_param ?? int64_param ?? string_param ?? double_param ?? uint64_param;
  if (value === undefined)
    throw invalidRequest(
      `The parameter ${JSON.stringify(name.slice(0, 60))} has no value; expected bool_param, int64_param, uint64_param, double_param or string_param.`,
    );
  return value;
};

/** What is a matter of bodies in HTTP would go unheard here. */
const httpParameters = ['binary_data', 'binary_data_output', 'binary_data_size'];

/** @throws ServerError `REQUEST_INVALID` */
const scalarsOf = (parameters: ParametersMessage): TensorParameters =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, parameter]) => {
      if (httpParameters.includes(name))
        throw invalidRequest(
          `The parameter "${name}" is for HTTP; over gRPC send raw_input_contents, and raw_output_contents come back.`,
        );
      return [name, scalarOf(name, parameter)];
    }),
  );

/** The elements of an input, in the list of its datatype. */
const elementsOfContents = ({ name, datatype, contents }: InputMessage): readonly unknown[] => {
  if (datatype === 'BYTES') return (contents?.bytes_contents ?? []).map((bytes, at) => textAt(name, at, bytes));
  return datatype === 'INT64' ? (contents?.int64_contents ?? []) : [];
};

const isEmpty = (contents: ContentsMessage | null): boolean =>
  Object.values(contents ?? {}).every((list) => !Array.isArray(list) || list.length === 0);

const checkRaw = ({ inputs, raw_input_contents: raw }: InferMessage): void => {
  if (raw.length !== inputs.length)
    throw invalidRequest(
      `raw_input_contents has ${raw.length} elements and there are ${inputs.length} inputs; expected one each.`,
    );
  const both = inputs.find(({ contents }) => !isEmpty(contents));
  if (both)
    throw invalidRequest(
      `Input ${JSON.stringify(both.name.slice(0, 60))} has contents and raw_input_contents; give one of them.`,
    );
};

/** An inference as HTTP has it, and its inputs with their elements. */
export interface ReadInfer {
  readonly body: InferBody;
  readonly inputs: readonly InputTensor[];
  /** Whether elements came as bytes, and are to go back so. */
  readonly raw: boolean;
}

/**
 * A request from the wire, checked like one of HTTP.
 *
 * @throws ServerError `REQUEST_INVALID`
 */
export const readInfer = (message: InferMessage): ReadInfer => {
  const raw = message.raw_input_contents.length > 0;
  if (raw) checkRaw(message);
  const tensors = message.inputs.map(({ name, datatype, shape }) => ({ name, datatype, shape: [...shape] }));
  const body = {
    ...(message.id !== '' && { id: message.id }),
    parameters: scalarsOf(message.parameters),
    inputs: tensors.map((tensor, at) => ({
      ...tensor,
      parameters: scalarsOf(message.inputs[at]?.parameters ?? {}),
    })),
    outputs: message.outputs.map(({ name, parameters }) => ({ name, parameters: scalarsOf(parameters) })),
  };
  if (!Value.Check(inferBody, body)) {
    const [error] = Value.Errors(inferBody, body);
    const field = (error?.instancePath ?? '').split('/').slice(1).join('.');
    throw invalidRequest(`The field "${field}" ${error?.message ?? 'is not as expected'}.`);
  }
  checkInferBody(body);
  const inputs = tensors.map((tensor, at): InputTensor => {
    const bytes = message.raw_input_contents[at];
    const input = message.inputs[at];
    return {
      ...tensor,
      data: raw && bytes ? elementsOfBytes(tensor, bytes) : input ? elementsOfContents(input) : [],
    };
  });
  return { body, inputs, raw };
};

/** A scalar as a parameter. */
export const parameterOf = (value: string | number | boolean): ParameterMessage => {
  if (typeof value === 'boolean') return { bool_param: value };
  if (typeof value === 'string') return { string_param: value };
  return Number.isInteger(value) ? { int64_param: value } : { double_param: value };
};

const listOf = ({ datatype, data }: OutputTensor): ContentsMessage => {
  if (datatype === 'BYTES') return { bytes_contents: data.map((element) => Buffer.from(String(element), 'utf8')) };
  return { [datatype === 'FP32' ? 'fp32_contents' : 'int_contents']: data.map(Number) };
};

/** Outputs of an answer, their elements as bytes or in lists. */
export const writeOutputs = (outputs: readonly OutputTensor[], raw: boolean) => ({
  outputs: outputs.map((output) => ({
    name: output.name,
    datatype: output.datatype,
    shape: output.shape,
    ...(!raw && { contents: listOf(output) }),
  })),
  raw_output_contents: raw ? outputs.map(bytesOfElements) : [],
});
