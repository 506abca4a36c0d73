import { create, isFieldSet, toBinary } from '@bufbuild/protobuf';
import type { ModelProto, TensorProto } from '../proto/onnx_pb.js';
import { GraphProtoSchema, ModelProtoSchema, TensorProtoSchema } from '../proto/onnx_pb.js';

/** Fields that hold bytes of others, by their numbers in onnx.proto. */
const fields = { graph: 7, initializer: 5, rawData: 9 } as const;

/** A whole number of at most 53 bits as protocol buffers write it: seven bits a byte, the lowest first. */
const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];

/** The pieces of a message, in their order; what they are of stays where it is. */
type Pieces = readonly Uint8Array[];

const lengthOf = (pieces: Pieces): number => pieces.reduce((sum, { length }) => sum + length, 0);

/** A message inside another: its field and its length, then itself. */
const nested = (field: number, pieces: Pieces): Uint8Array[] => [
  Uint8Array.from([...varint(field * 8 + 2), ...varint(lengthOf(pieces))]),
  ...pieces,
];

const tensorPieces = (tensor: TensorProto): Pieces => {
  const { rawData, ...others } = tensor;
  const rest = toBinary(TensorProtoSchema, Object.assign(create(TensorProtoSchema), others));
  return isFieldSet(tensor, TensorProtoSchema.field.rawData) ? [rest, ...nested(fields.rawData, [rawData])] : [rest];
};

/**
 * A model as the bytes of a file. Each weight is copied once, where the general encoder copies it at every level that it stands in.
 *
 * @throws what the encoder throws for a model that is none
 */
export const modelBytes = (model: ModelProto): Uint8Array => {
  const { graph } = model;
  if (!graph) return toBinary(ModelProtoSchema, model);
  const { initializer, ...others } = graph;
  const pieces: Pieces = [
    toBinary(ModelProtoSchema, create(ModelProtoSchema, { ...model, graph: undefined })),
    ...nested(fields.graph, [
      toBinary(GraphProtoSchema, create(GraphProtoSchema, { ...others, initializer: [] })),
      ...initializer.flatMap((tensor) => nested(fields.initializer, tensorPieces(tensor))),
    ]),
  ];
  const bytes = new Uint8Array(lengthOf(pieces));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
};
