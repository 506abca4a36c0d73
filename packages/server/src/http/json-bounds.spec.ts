import * as fc from 'fast-check';
import { createJsonBounds, jsonLimitsOf } from './json-bounds.js';

/** A document in pieces. */
const read = (text: string, limits: { depth: number; values: number }, cuts: readonly number[] = []): string => {
  const bytes = Buffer.from(text);
  const bounds = createJsonBounds(limits);
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  try {
    let start = 0;
    for (const end of ends) {
      bounds.feed(bytes.subarray(start, end));
      start = end;
    }
    return 'read';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;

/** As counted: what opens, and what a comma comes before. */
const valuesOf = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? 1 +
      Math.max(0, Object.keys(value).length - 1) +
      Object.values(value).reduce((sum: number, own) => sum + valuesOf(own), 0)
    : 0;

test('any document is measured as a parser would find it, however it comes in pieces', () => {
  const nasty = fc.constantFrom('[', ']', '{', '"', '\\', '\\"', ',', 'é', '🙂', 'a');
  const string = fc.array(nasty, { maxLength: 8 }).map((parts) => parts.join(''));
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 6 },
      string,
      fc.integer(),
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(string, tie('tree'), { maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(tree, fc.array(fc.nat(), { maxLength: 6 }), (value, cuts) => {
      const text = JSON.stringify(value);
      const [depth, values] = [depthOf(value), valuesOf(value)];
      expect(read(text, { depth, values }, cuts)).toBe('read');
      if (depth > 0) expect(read(text, { depth: depth - 1, values }, cuts)).toBe('REQUEST_INVALID');
      if (values > 0)
        expect(['BODY_TOO_LARGE', 'REQUEST_INVALID']).toContain(read(text, { depth, values: values - 1 }, cuts));
    }),
    { seed: 4, numRuns: 400 },
  );
});

test('every request within the limits of the server fits', () => {
  const { depth, values } = jsonLimitsOf(2 * 2 ** 20);
  const row = new Array<number>(512).fill(1012);
  const tensor = { name: 'input_ids', shape: [32, 512], datatype: 'INT64', data: new Array<number[]>(32).fill(row) };
  expect(read(JSON.stringify({ inputs: [tensor, tensor, tensor], parameters: { a: 1 } }), { depth, values })).toBe(
    'read',
  );
});
