import { fromBinary } from '@bufbuild/protobuf';
import type { OperatingPoint } from '@length-adaptive/core/lengths';
import { checkNotPointer } from '@length-adaptive/models/files';
import { OnnxError, messageOf } from './errors.js';
import { modelBytes } from './graph/model-bytes.js';
import type { ModelProto } from './proto/onnx_pb.js';
import { ModelProtoSchema } from './proto/onnx_pb.js';

/** The input that holds length configurations. */
export const lengthsInput = 'length_ratios';

/** Metadata of a file: the configuration that is built in, or `input`. */
export const lengthConfigKey = 'length_config';

/** The input that holds what is known of each token's worth before the encoder runs, in files of models that rank by more than attention. */
export const priorInput = 'prior';

/** Metadata of such a file: the number of first layers that it counts in. */
export const priorLayersKey = 'prior_layers';

/** A file that can be opened. */
export interface OnnxFile {
  /** The model; configurations and priors that are inputs have no default, because ONNX Runtime's JavaScript packages do not feed inputs that have one. */
  readonly bytes: Uint8Array;
  /** The operating point that is built in. */
  readonly builtIn: OperatingPoint | undefined;
  /** First layers in which a prior counts; 0 for a file that takes none. */
  readonly priorLayers: number;
}

const decode = (bytes: Uint8Array): ModelProto => {
  checkNotPointer(bytes, 'The ONNX file');
  try {
    return fromBinary(ModelProtoSchema, bytes);
  } catch (error) {
    throw new OnnxError('FILE_INVALID', `The model is not an ONNX file: ${messageOf(error)}.`, { cause: error });
  }
};

/**
 * Reads an exported file.
 *
 * @throws OnnxError `FILE_INVALID` when it is no ONNX file, or one that this package did not write; ModelError `FILE_INVALID` for a pointer of Git LFS
 */
export const readOnnxFile = (bytes: Uint8Array): OnnxFile => {
  const model = decode(bytes);
  const lengths = model.metadataProps.find(({ key }) => key === lengthConfigKey)?.value;
  if (lengths === undefined || !model.graph) {
    throw new OnnxError(
      'FILE_INVALID',
      'The ONNX file was not exported by length-adaptive: its configuration cannot be chosen. Export the model with "lat export".',
    );
  }
  const builtIn = lengths === 'input' ? undefined : { lengths: lengths.split(' ').map(Number) };
  const priorLayers = Number(model.metadataProps.find(({ key }) => key === priorLayersKey)?.value ?? 0);
  if (builtIn && priorLayers === 0) return { bytes, builtIn, priorLayers };
  const defaults = [...(builtIn ? [] : [lengthsInput]), priorInput];
  const kept = model.graph.initializer.filter(({ name }) => !defaults.includes(name));
  if (kept.length === model.graph.initializer.length) return { bytes, builtIn, priorLayers };
  model.graph.initializer = kept;
  return { bytes: modelBytes(model), builtIn, priorLayers };
};
