import { fromBinary } from '@bufbuild/protobuf';
import type { TensorData } from '@length-adaptive/models/files';
import { checkNotPointer } from '@length-adaptive/models/files';
import { OnnxError, messageOf } from './errors.js';
import type { GraphProto, TensorProto } from './proto/onnx_pb.js';
import { ModelProtoSchema, TensorProto_DataType as DataType } from './proto/onnx_pb.js';

const decode = (bytes: Uint8Array): GraphProto | undefined => {
  checkNotPointer(bytes, 'The ONNX file');
  try {
    return fromBinary(ModelProtoSchema, bytes).graph;
  } catch (error) {
    throw new OnnxError('FILE_INVALID', `The model is not an ONNX file: ${messageOf(error)}.`, { cause: error });
  }
};

/** Kernels lose their names in an export; the operators that multiply with them still tell where they stand. */
const kernelNames = ({ node }: GraphProto): ReadonlyMap<string, string> =>
  new Map(
    node.flatMap(({ name, opType, input: [, kernel = ''] }) => {
      const place = /\/(encoder\/layer\.\d+\/.+)\/MatMul$/.exec(name)?.[1];
      return opType === 'MatMul' && place !== undefined
        ? [[kernel, `${place.replaceAll('/', '.')}.weight`] as const]
        : [];
    }),
  );

const isWeight = ({ dataType, rawData }: TensorProto): boolean =>
  dataType === Number(DataType.FLOAT) && rawData.length > 0;

/**
 * The weights inside an ONNX export of a BERT that another tool made (Optimum, and with it the models of transformers.js), under
 * the names and in the layout of a Hugging Face checkpoint.
 *
 * @param bytes an ONNX file in single precision
 * @throws OnnxError `FILE_INVALID` when it is no ONNX file, or holds no weights in single precision
 */
export const readExportedWeights = (bytes: Uint8Array): Map<string, TensorData> => {
  const graph = decode(bytes);
  const kernels = graph ? kernelNames(graph) : new Map<string, string>();
  const tensors = new Map<string, TensorData>();
  for (const { name, dims, rawData } of graph?.initializer.filter(isWeight) ?? []) {
    const shape = dims.map(Number);
    const data = new Float32Array(new Uint8Array(rawData).buffer); // a copy, aligned: the slice of a Buffer is none
    const kernel = kernels.get(name);
    if (kernel === undefined) {
      tensors.set(name, { shape, data, dtype: 'F32' });
    } else {
      const [inputs = 0, outputs = 0] = shape; // ONNX multiplies by [in, out], a checkpoint stores [out, in]
      const stored = Float32Array.from(data, (_, i) => data[(i % inputs) * outputs + Math.floor(i / inputs)] as number);
      tensors.set(kernel, { shape: [outputs, inputs], data: stored, dtype: 'F32' });
    }
  }
  if (tensors.size > 0) return tensors;
  throw new OnnxError(
    'FILE_INVALID',
    'The ONNX file holds no weights in single precision; take the file that was neither quantised nor halved (model.onnx).',
  );
};
