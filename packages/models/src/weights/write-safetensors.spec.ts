import fc from 'fast-check';
import { readSafetensors } from './safetensors.js';
import type { TensorData } from './safetensors.js';
import { writeSafetensors } from './write-safetensors.js';

const tensorOf = (dtype: TensorData['dtype'], data: Float32Array | Int32Array): TensorData => ({
  shape: [data.length],
  data,
  dtype,
});

const anyTensor: fc.Arbitrary<TensorData> = fc.oneof(
  fc.float32Array({ maxLength: 20 }).map((data) => tensorOf('F32', data)),
  fc.int32Array({ maxLength: 20 }).map((data) => tensorOf('I32', data)),
  fc.int32Array({ maxLength: 20 }).map((data) => tensorOf('I64', data)),
  fc.int32Array({ maxLength: 20, min: -128, max: 127 }).map((data) => tensorOf('I8', data)),
  fc.int32Array({ maxLength: 20, min: 0, max: 255 }).map((data) => tensorOf('U8', data)),
  fc.int32Array({ maxLength: 20, min: 0, max: 1 }).map((data) => tensorOf('BOOL', data)),
);

const anyTensors = fc
  .array(fc.tuple(fc.string({ unit: 'grapheme' }), anyTensor), { maxLength: 8 })
  .map((entries) => new Map(entries.filter(([name]) => name !== '__metadata__')));

describe('writeSafetensors', () => {
  test('what is written is what is read', () => {
    fc.assert(
      fc.property(
        anyTensors,
        fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true }),
        (tensors, metadata) => {
          const read = readSafetensors(writeSafetensors(tensors, { metadata }));
          expect(new Map([...read.tensors].sort())).toEqual(new Map([...tensors].sort()));
          expect({ ...read.metadata }).toEqual(metadata);
        },
      ),
    );
  });

  test('the bytes do not depend on the order of the tensors', () => {
    fc.assert(
      fc.property(anyTensors, (tensors) => {
        expect(writeSafetensors(new Map([...tensors].reverse()))).toEqual(writeSafetensors(tensors));
      }),
    );
  });

  test('the exact bytes of a small file', () => {
    const bytes = writeSafetensors(new Map([['b', tensorOf('F32', Float32Array.of(1))]]), {
      metadata: { format: 'pt' },
    });
    const header = '{"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
    expect(new TextDecoder().decode(bytes.subarray(8, -4)).trimEnd()).toBe(header);
    expect(bytes[0]).toBe(88);
    expect(Array.from(bytes.subarray(-4))).toEqual([0, 0, 0x80, 0x3f]);
  });

  test('keeps every element aligned: wide types come first', () => {
    const tensors = new Map([
      ['a', tensorOf('BOOL', Int32Array.of(1))],
      ['b', tensorOf('F32', Float32Array.of(1))],
      ['c', tensorOf('I64', Int32Array.of(1))],
    ]);
    expect([...readSafetensors(writeSafetensors(tensors)).tensors.keys()]).toEqual(['c', 'b', 'a']);
  });

  test('writes F16 and BF16 on request, integers untouched', () => {
    const tensors = new Map([
      ['w', tensorOf('F32', Float32Array.of(1, -0.5, 1024))],
      ['ids', tensorOf('I64', Int32Array.of(5))],
    ]);
    for (const dtype of ['F16', 'BF16'] as const) {
      const read = readSafetensors(writeSafetensors(tensors, { dtype })).tensors;
      expect(read.get('w')).toEqual({ shape: [3], data: Float32Array.of(1, -0.5, 1024), dtype });
      expect(read.get('ids')?.dtype).toBe('I64');
    }
  });

  test('refuses values half precision cannot hold, and shapes that do not fit', () => {
    expect(() =>
      writeSafetensors(new Map([['w', tensorOf('F32', Float32Array.of(70_000))]]), { dtype: 'F16' }),
    ).toThrow(/"w" holds 70000.*F32 or BF16/);
    const wrong = { shape: [2, 2], data: Float32Array.of(1), dtype: 'F32' } as const;
    expect(() => writeSafetensors(new Map([['w', wrong]]))).toThrow(/"w" has 1 values for shape \[2, 2\] \(4\)/);
  });
});
