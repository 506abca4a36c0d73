import { create, equals, fromBinary, toBinary } from '@bufbuild/protobuf';
import * as fc from 'fast-check';
import { ModelProtoSchema } from '../proto/onnx_pb.js';
import { createGraph } from './graph-builder.js';
import { dataBytesOf, inTheModel, modelBytes, readPieces } from './model-bytes.js';
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

  test('with data in a file beside it, the model says where, and file and model have all of them in their order', async () => {
    const property = fc.asyncProperty(
      fc.array(arbitraryTensor, { maxLength: 6 }),
      fc.nat(400),
      fc.boolean(),
      async (tensors, least, deferred) => {
        const asked: number[] = [];
        const g = createGraph();
        tensors.forEach(({ data }, i) => {
          const readInto = async (bytes: Uint8Array): Promise<void> => {
            asked.push(i);
            bytes.set(data);
          };
          g.constant(`c${i}`, { type: 'uint8', shape: [data.length], data: deferred ? { readInto } : data });
        });
        const content = g.content({ opset: 17 });
        const file = new Uint8Array(4000);
        let end = 0;
        const place = (byteLength: number) => {
          if (byteLength < least) return undefined;
          const offset = end + 7;
          end = offset + byteLength;
          return { file: 'beside', offset };
        };
        const bytes = await readPieces(content(place), async (data, offset) => file.set(data, offset));
        const found = fromBinary(ModelProtoSchema, bytes).graph?.initializer ?? [];
        expect(found.map(({ name }) => name)).toEqual(tensors.map((_, i) => `c${i}`));
        found.forEach(({ rawData, externalData }, i) => {
          const { data } = tensors[i] as (typeof tensors)[number];
          const says = Object.fromEntries(externalData.map(({ key, value }) => [key, value]));
          const [from, size] = [Number(says['offset']), Number(says['length'])];
          expect(says['location']).toBe(data.length > 0 && data.length >= least ? 'beside' : undefined);
          expect(says['location'] === undefined ? rawData : file.slice(from, from + size)).toEqual(data);
        });
        expect(asked).toEqual(deferred ? tensors.flatMap(({ data }, i) => (data.length > 0 ? [i] : [])) : []);
        expect(dataBytesOf(content(inTheModel))).toBe(tensors.reduce((sum, { data }) => sum + data.length, 0));
        expect(await readPieces(content())).toEqual(await g.readModel({ opset: 17 }));
      },
    );
    await fc.assert(property, { seed: 2 });
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
