import { create, equals, fromBinary, toBinary } from '@bufbuild/protobuf';
import * as fc from 'fast-check';
import type { ModelProto } from '../testing/proto/onnx_pb.js';
import { ModelProtoSchema, TensorProto_DataType as DataType } from '../testing/proto/onnx_pb.js';
import { createGraph } from './graph-builder.js';
import { largeBytes, pieceBytes, readPieces } from './model-bytes.js';
import { outlineOf, outlinePieces, readOutline } from './model-outline.js';

const arbitraryTensor = fc.record({
  name: fc.string({ maxLength: 200 }),
  data: fc.oneof(
    { weight: 4, arbitrary: fc.uint8Array({ maxLength: 400 }) },
    { weight: 1, arbitrary: fc.nat(200).map((more) => new Uint8Array(largeBytes + more).fill(more)) },
  ),
});

const arbitraryModel = fc
  .record({ tensors: fc.array(arbitraryTensor, { maxLength: 5 }), text: fc.string(), key: fc.string() })
  .map(({ tensors, text, key }) =>
    create(ModelProtoSchema, {
      irVersion: 8n,
      producerName: text,
      graph: {
        name: text,
        node: [{ opType: 'Identity', input: ['a'], output: ['b'], attribute: [{ name: text, i: -1n }] }],
        initializer: tensors.map(({ name, data }) => ({
          name,
          dims: [BigInt(data.length)],
          dataType: DataType.UINT8,
          rawData: data,
        })),
        input: [{ name: 'a' }],
      },
      opsetImport: [{ version: 17n }],
      metadataProps: [{ key, value: text }],
    }),
  );

/** The same model without data of no bytes, which are no data. */
const withoutEmpty = (model: ModelProto): ModelProto => {
  for (const tensor of model.graph?.initializer ?? []) if (tensor.rawData.length === 0) delete (tensor as { rawData?: unknown }).rawData; // prettier-ignore
  return model;
};

describe('the outline of a model', () => {
  test('puts together again what a protobuf library wrote, from memory and from a file', async () => {
    const property = fc.asyncProperty(arbitraryModel, async (model) => {
      const bytes = toBinary(ModelProtoSchema, model);
      const view = ({ offset, byteLength }: { offset: number; byteLength: number }): Uint8Array =>
        bytes.subarray(offset, offset + byteLength);
      const outline = outlineOf(bytes);
      expect([...outline.metadata]).toEqual(model.metadataProps.map(({ key, value }) => [key, value]));
      const again = pieceBytes(outlinePieces(outline, { dataOf: view }));
      expect(equals(ModelProtoSchema, fromBinary(ModelProtoSchema, again), withoutEmpty(model))).toBe(true);

      const readInto = async (into: Uint8Array, from: number): Promise<void> =>
        void into.set(bytes.subarray(from, from + into.length));
      const ofFile = await readOutline({ size: bytes.length, readInto });
      const pieces = outlinePieces(ofFile, {
        dataOf: ({ offset }) => ({ readInto: (into) => readInto(into, offset) }),
      });
      expect(Buffer.compare(await readPieces(pieces), again)).toBe(0);
    });
    await fc.assert(property, { seed: 1, numRuns: 25 });
  });

  test('leaves tensors out, and says where those stand that are used in place', () => {
    fc.assert(
      fc.property(arbitraryModel, fc.boolean(), (model, odd) => {
        const bytes = toBinary(ModelProtoSchema, model);
        const dropped = model.graph?.initializer.filter((_, i) => i % 2 === Number(odd)).map(({ name }) => name) ?? [];
        const pieces = outlinePieces(outlineOf(bytes), {
          dataOf: () => new Uint8Array(0),
          placeOf: (offset) => (byteLength) => (byteLength < largeBytes ? undefined : { file: 'here', offset }),
          dropped,
        });
        const found = fromBinary(ModelProtoSchema, pieceBytes(pieces)).graph?.initializer ?? [];
        const kept = model.graph?.initializer.filter(({ name }) => !dropped.includes(name)) ?? [];
        expect(found.map(({ name }) => name)).toEqual(kept.map(({ name }) => name));
        found.forEach(({ rawData, externalData }, i) => {
          const says = Object.fromEntries(externalData.map(({ key, value }) => [key, value]));
          const from = Number(says['offset']);
          const data = says['location'] === 'here' ? bytes.subarray(from, from + Number(says['length'])) : rawData;
          expect(Buffer.compare(data, kept[i]?.rawData ?? new Uint8Array(0))).toBe(0);
        });
      }),
      { seed: 2, numRuns: 25 },
    );
  });

  test('of a large file is read without the large data in it', async () => {
    const g = createGraph();
    for (let i = 0; i < 20; i++) g.constant(`weight.${i}`, { type: 'uint8', shape: [2 ** 20], data: new Uint8Array(2 ** 20) }); // prettier-ignore
    const bytes = g.model({ opset: 17 });
    let read = 0;
    await readOutline({
      size: bytes.length,
      readInto: async (into, from) => {
        read += into.length;
        into.set(bytes.subarray(from, from + into.length));
      },
    });
    expect(read).toBeLessThan(0.05 * bytes.length);
  });

  test('keeps branches and weights', () => {
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
    expect(pieceBytes(outlinePieces(outlineOf(bytes), { dataOf: () => new Uint8Array(0) }))).toEqual(bytes);
  });

  test.each([
    ['cut off', (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 3)],
    ['of fields that are none', () => Uint8Array.of(7, 7, 7)],
    ['that end within a number', () => Uint8Array.of(8, 200)],
  ])('of bytes %s is refused', (_, spoil) => {
    const bytes = createGraph().model({ opset: 17, metadata: { a: 'b' } });
    expect(() => outlineOf(spoil(bytes))).toThrow(expect.objectContaining({ code: 'FILE_INVALID' }));
  });
});
