import { fromBinary } from '@bufbuild/protobuf';
import * as fc from 'fast-check';
import { ModelProtoSchema } from '../testing/proto/onnx_pb.js';
import { createGraph } from './graph-builder.js';
import { alignment, dataBytesOf, inTheModel, largeBytes, readPieces } from './model-bytes.js';
import { outlineOf } from './model-outline.js';

const arbitraryTensor = fc.record({ name: fc.string({ maxLength: 300 }), data: fc.uint8Array({ maxLength: 400 }) });

describe('the bytes of a model', () => {
  test('have every large tensor where it can be mapped, and read as if there were nothing to it', () => {
    const sizes = fc.array(fc.oneof(fc.nat(300), fc.integer({ min: largeBytes, max: largeBytes + 300 })), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(sizes, fc.string({ maxLength: 200 }), fc.string({ maxLength: 40 }), (lengths, prefix, text) => {
        const g = createGraph(text);
        lengths.forEach((length, i) =>
          g.constant(`${prefix}${i}`, { type: 'uint8', shape: [length], data: new Uint8Array(length).fill(i + 1) }),
        );
        const bytes = g.model({ opset: 17, metadata: { text } });
        const tensors = (outlineOf(bytes).graph ?? []).flatMap((part) => ('fields' in part ? [part] : []));
        const placed = tensors.map(({ data }) => data?.byteLength ?? 0).map((length, i) => [length, tensors[i]?.data?.offset ?? 0] as const); // prettier-ignore
        expect(placed.map(([length]) => length)).toEqual(lengths);
        for (const [length, offset] of placed) if (length >= largeBytes) expect(offset % alignment).toBe(0);
        const read = fromBinary(ModelProtoSchema, bytes);
        expect(read.graph?.initializer.map(({ name, rawData }) => [name, rawData.length])).toEqual(
          lengths.map((length, i) => [`${prefix}${i}`, length]),
        );
        expect(read.graph?.initializer.every(({ rawData }, i) => rawData.every((byte) => byte === i + 1))).toBe(true);
        const small = lengths.every((length) => length < largeBytes);
        expect(read.graph?.initializer.every(({ $unknown = [] }) => $unknown.length === 0) || !small).toBe(true);
      }),
      { seed: 3, numRuns: 40 },
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
});
