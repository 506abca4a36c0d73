import { create, equals, fromBinary, toBinary } from '@bufbuild/protobuf';
import * as fc from 'fast-check';
import { ModelProtoSchema } from '../proto/onnx_pb.js';
import { createGraph } from './graph-builder.js';
import { modelBytes } from './model-bytes.js';
import { tensorProto } from './protos.js';

const arbitraryTensor = fc.record({ name: fc.string({ maxLength: 300 }), data: fc.uint8Array({ maxLength: 400 }) });

describe('the bytes of a model', () => {
  test('decode to the same model as those of the general encoder', () => {
    fc.assert(
      fc.property(fc.array(arbitraryTensor, { maxLength: 5 }), fc.string(), (tensors, text) => {
        const model = create(ModelProtoSchema, {
          irVersion: 8n,
          producerName: text,
          graph: {
            name: text,
            node: [{ opType: 'Identity', input: ['a'], output: ['b'] }],
            initializer: tensors.map(({ name, data }) =>
              Object.assign(tensorProto(name, { type: 'uint8', shape: [data.length], data }), { rawData: data }),
            ),
          },
          metadataProps: [{ key: text, value: 'x' }],
        });
        const bytes = modelBytes(model);
        expect(bytes).toHaveLength(toBinary(ModelProtoSchema, model).length);
        expect(equals(ModelProtoSchema, fromBinary(ModelProtoSchema, bytes), model)).toBe(true);
      }),
      { seed: 1 },
    );
  });

  test('a model without a graph is only what it says of itself', () => {
    const model = create(ModelProtoSchema, { irVersion: 8n });
    expect(modelBytes(model)).toEqual(toBinary(ModelProtoSchema, model));
  });

  test('a decoded model keeps its branches and its weights when it is written again', () => {
    const g = createGraph();
    const x = g.input('x', 'float32', ['n']);
    const weight = g.constant('w', { type: 'float32', shape: [3], data: Float32Array.of(1, 2, 3) });
    const [chosen = x] = g.choose(
      g.op('Greater', [g.op('ReduceSum', [x]), g.float(0)]),
      (then) => [then.op('Add', [x, weight])],
      (otherwise) => [otherwise.op('Sub', [x, weight])],
    );
    g.output('y', chosen, 'float32', ['n']);
    const bytes = g.model({ opset: 17 });
    expect(modelBytes(fromBinary(ModelProtoSchema, bytes))).toEqual(bytes);
  });
});
