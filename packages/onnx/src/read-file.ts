import { fromBinary, toBinary } from '@bufbuild/protobuf';
import type { LengthConfig } from '@length-adaptive/core';
import { OnnxError, messageOf } from './errors.js';
import type { ModelProto } from './proto/onnx_pb.js';
import { ModelProtoSchema } from './proto/onnx_pb.js';

/** The input that holds length configurations. */
export const lengthsInput = 'length_ratios';

/** Metadata of a file: the configuration that is built in, or `input`. */
export const lengthConfigKey = 'length_config';

/** A file that can be opened. */
export interface OnnxFile {
  /** The model; where configurations are an input it has no default, because ONNX Runtime's JavaScript packages do not feed inputs that have one. */
  readonly bytes: Uint8Array;
  /** The configuration that is built in. */
  readonly builtIn: LengthConfig | undefined;
}

const decode = (bytes: Uint8Array): ModelProto => {
  try {
    return fromBinary(ModelProtoSchema, bytes);
  } catch (error) {
    throw new OnnxError('FILE_INVALID', `The model is not an ONNX file: ${messageOf(error)}.`, { cause: error });
  }
};

/**
 * Reads an exported file.
 *
 * @throws OnnxError `FILE_INVALID` when it is no ONNX file, or one that this package did not write
 */
export const readOnnxFile = (bytes: Uint8Array): OnnxFile => {
  const model = decode(bytes);
  const lengths = model.metadataProps.find(({ key }) => key === lengthConfigKey)?.value;
  if (lengths === undefined || !model.graph) {
    throw new OnnxError('FILE_INVALID', 'The ONNX file was not exported by length-adaptive: its configuration cannot be chosen. Export the model with "lat export".');
  }
  if (lengths !== 'input') return { bytes, builtIn: lengths.split(' ').map(Number) };
  model.graph.initializer = model.graph.initializer.filter(({ name }) => name !== lengthsInput);
  return { bytes: toBinary(ModelProtoSchema, model), builtIn: undefined };
};
