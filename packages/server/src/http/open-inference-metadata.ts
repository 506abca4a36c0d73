/** What the Open Inference Protocol tells of the server and its models, over HTTP and gRPC. */
import { Type, type Static } from 'typebox';
import packageJson from '../../package.json' with { type: 'json' };
import type { ModelStatus, Service } from '../service.js';
import { inputNames } from './tensor-inputs.js';
import { outputMetadata } from './tensor-outputs.js';

export const serverMetadataSchema = Type.Object({
  name: Type.String(),
  version: Type.String(),
  extensions: Type.Array(Type.String()),
});

const tensorMetadataSchema = Type.Object({
  name: Type.String(),
  datatype: Type.String(),
  shape: Type.Array(Type.Integer()),
});

const inputMetadataSchema = Type.Object({
  ...tensorMetadataSchema.properties,
  parameters: Type.Object({
    optional: Type.Boolean({
      description: 'Whether a request may go without it, beside those that it does not exclude.',
    }),
    excludes: Type.Optional(
      Type.String({ description: 'Names of inputs, with commas between them, of which none may come beside it.' }),
    ),
  }),
});

export const modelMetadataSchema = Type.Object({
  name: Type.String(),
  versions: Type.Array(Type.String()),
  platform: Type.String(),
  inputs: Type.Array(inputMetadataSchema),
  outputs: Type.Array(tensorMetadataSchema),
});

/** Extensions that both HTTP and gRPC have. */
const extensions = ['length_budget', 'model_repository', 'statistics'];

/** Those that are a matter of HTTP. */
const httpExtensions = ['binary_tensor_data', 'model_configuration'];

export const serverMetadata = (protocol: 'http' | 'grpc'): Static<typeof serverMetadataSchema> => ({
  name: 'length-adaptive',
  version: packageJson.version,
  extensions: [...extensions, ...(protocol === 'http' ? httpExtensions : [])].sort(),
});

const textNames = ['text', 'pair'];

/** Inputs of a task: texts, or in their place the tokens of texts. */
const inputMetadata = ({ task }: ModelStatus): Static<typeof inputMetadataSchema>[] => {
  const names = inputNames(task);
  const tokenNames = names.filter((name) => !textNames.includes(name));
  return names.map((name) => {
    const isText = textNames.includes(name);
    const others = isText ? tokenNames : names.filter((other) => textNames.includes(other));
    const required = ['text', 'input_ids', ...(tokenNames.length === 0 ? ['pair'] : [])];
    return {
      name,
      datatype: isText ? 'BYTES' : 'INT64',
      shape: isText ? [-1] : [-1, -1],
      parameters: {
        optional: !required.includes(name),
        ...(others.length > 0 && { excludes: others.join(',') }),
      },
    };
  });
};

const platforms: Readonly<Record<string, string>> = {
  onnxruntime: 'onnxruntime_onnx',
  tfjs: 'tensorflowjs_safetensors',
};

export const platformOf = ({ engine }: ModelStatus): string => platforms[engine] ?? `${engine}_model`;

export const modelMetadata = (service: Service, status: ModelStatus): Static<typeof modelMetadataSchema> => ({
  name: status.name,
  versions: service.models().flatMap((other) => (other.name === status.name ? [other.version] : [])),
  platform: platformOf(status),
  inputs: inputMetadata(status),
  outputs: outputMetadata(status.task, status.labels),
});
