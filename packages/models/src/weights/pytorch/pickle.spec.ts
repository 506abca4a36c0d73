import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { ModelError } from '../../errors.js';
import { readPickle } from './pickle.js';
import type { PickleOptions } from './pickle.js';

/** Pickles that Python wrote (fixtures/make.py), by protocol. */
const fixtures = JSON.parse(readFileSync(join(__dirname, 'fixtures/plain.json'), 'utf8')) as Record<string, string>;
const fixture = (name: string) => new Uint8Array(Buffer.from(fixtures[name] ?? '', 'base64'));
const bytes = (...parts: readonly (string | number)[]) =>
  Buffer.from(parts.map((part) => (typeof part === 'number' ? String.fromCharCode(part) : part)).join(''), 'latin1');

const options: PickleOptions = {
  globals: new Map<string, unknown>([
    ['a.list', (args: readonly unknown[]) => ['called', ...args]],
    ['a.value', { kind: 'value' }],
  ]),
  persistent: (id) => ({ id }),
};
const read = (pickle: Uint8Array) => readPickle(pickle, options).value;

describe('readPickle', () => {
  test.each([0, 1, 2, 3, 4, 5])('reads plain data of protocol %i', (protocol) => {
    const value = read(fixture(String(protocol)));
    const again = ['again'];
    expect(value).toEqual(
      new Map<string, unknown>([
        [
          'numbers',
          [
            0,
            1,
            255,
            256,
            65535,
            65536,
            -1,
            -(2 ** 31),
            2 ** 31,
            2 ** 53 - 1,
            -(2n ** 63n),
            2n ** 64n,
            1.5,
            -0.1,
            1e300,
            Infinity,
          ],
        ],
        ['text', ['', 'a\'b"c\\d\n', 'é中😀', 'x'.repeat(300)]],
        [
          'nested',
          [
            null,
            true,
            false,
            [],
            [1],
            [1, 2],
            [1, 2, 3],
            [1, 2, 3, 4],
            [],
            new Map(),
            new Map([['a', new Map([[1, 2]])]]),
          ],
        ],
        ['shared', [again, again]],
      ]),
    );
    const [first, second] = (value as Map<string, unknown[]>).get('shared') ?? [];
    expect(first).toBe(second);
  });

  test('reads bytes, sets and the strings of Python 2', () => {
    expect(read(fixture('bytes'))).toEqual([
      ...['ab', 'c'.repeat(300), 'd'].map((text) => Buffer.from(text)).map((text) => new Uint8Array(text)),
      new Set([1]),
      new Set([2]),
    ]);
    expect(read(fixture('python 2'))).toEqual(["it's\nA", 'abc', 'de']);
  });

  test('says where a pickle ends, and starts anywhere', () => {
    expect(readPickle(bytes('xxK', 7, '.K', 8, '.'), options, 2)).toEqual({ value: 7, end: 5 });
  });

  test('calls and gives only what was let in', () => {
    expect(read(bytes('ca\nlist\n(K', 1, 'K', 2, 'tR.'))).toEqual(['called', 1, 2]);
    expect(read(bytes(0x80, 4, 0x8c, 1, 'a', 0x8c, 4, 'list', 0x93, ')R.'))).toEqual(['called']);
    expect(read(bytes('(K', 1, 'ia\nlist\n.'))).toEqual(['called', 1]);
    expect(read(bytes('(ca\nlist\nK', 1, 'o.'))).toEqual(['called', 1]);
    expect(read(bytes('ca\nlist\n)', 0x81, '.'))).toEqual(['called']);
    expect(read(bytes('ca\nlist\n)}', 0x92, '.'))).toEqual(['called']);
    expect(read(bytes('ca\nvalue\n.'))).toEqual({ kind: 'value' });
    expect(read(bytes('K', 3, 'Q.'))).toEqual({ id: 3 });
    expect(read(bytes('Pid\n.'))).toEqual({ id: 'id' });
    expect(read(bytes('}}b.'))).toEqual(new Map());
  });

  test.each<[string, Uint8Array, string]>([
    ['GLOBAL', bytes('cos\nsystem\n(X', 2, 0, 0, 0, 'lstR.'), 'os.system'],
    ['GLOBAL that is never called', bytes('cos\nsystem\n0N.'), 'os.system'],
    ['STACK_GLOBAL', bytes(0x8c, 8, 'builtins', 0x8c, 4, 'eval', 0x93, '.'), 'builtins.eval'],
    ['INST', bytes('(S"ls"\nios\nsystem\n.'), 'os.system'],
    ['a longer name of something let in', bytes(0x8c, 1, 'a', 0x8c, 12, 'list.__new__', 0x93, '.'), 'a.list.__new__'],
    ['an inherited name', bytes(0x8c, 1, 'a', 0x8c, 11, 'constructor', 0x93, '.'), 'a.constructor'],
    ['an extension', bytes(0x82, 7, '.'), 'extension code 7'],
  ])('refuses a foreign class by %s', (_, pickle, named) => {
    expect(() => read(pickle)).toThrow(
      expect.objectContaining({ code: 'PICKLE_UNSAFE', message: expect.stringContaining(named) }),
    );
    expect(() => read(pickle)).toThrow(/safetensors/);
  });

  test.each<[string, Uint8Array, RegExp]>([
    ['nothing', bytes(), /wants 1 bytes/],
    ['a pickle without an end', bytes('N'), /cut off/],
    ['cut text', bytes('X', 9, 0, 0, 0, 'abc'), /wants 9 bytes/],
    [
      'text longer than any file',
      bytes(0x8d, 255, 255, 255, 255, 255, 255, 255, 255),
      /wants 18446744073709552000 bytes/,
    ],
    ['text that is not UTF-8', bytes('X', 1, 0, 0, 0, 0xff, '.'), /not UTF-8/],
    ['an unknown opcode', bytes('N?'), /unknown opcode 63 at byte 1/],
    ['a later protocol', bytes(0x80, 6, 'N.'), /protocol 6/],
    ['a frame beyond the end', bytes(0x95, 9, 0, 0, 0, 0, 0, 0, 0, 'N.'), /frame of 9 bytes, and only 2/],
    ['an empty stack', bytes('.'), /empty stack/],
    ['a mark never set', bytes('t.'), /mark it never set/],
    ['a memo never set', bytes('h', 3, '.'), /memo 3/],
    ['a key without a value', bytes('(Nd.'), /without a value/],
    ['items of a list', bytes(']NNs.'), /no dictionary/],
    ['appending to a number', bytes('K', 1, 'Na.'), /no list/],
    ['adding to a list', bytes('](N', 0x90, '.'), /no set/],
    ['attributes of a list', bytes(']}b.'), /gives attributes/],
    ['calling text', bytes('S"a"\n)R.'), /no function/],
    ['calling without arguments', bytes('ca\nlist\nNR.'), /tuple of arguments/],
    ['named arguments', bytes('ca\nlist\n)}NNs', 0x92, '.'), /named arguments/],
    ['a class named by a number', bytes('NN', 0x93, '.'), /other than text/],
    ['buffers elsewhere', bytes(0x97, '.'), /outside of the file/],
    ['a giant number', bytes(0x8b, 0, 1, 0, 0), /256 bytes/],
    ['a number that is none', bytes('I1e5\n.'), /"1e5" for a whole number/],
    ['a float that is none', bytes('F0x1\n.'), /"0x1" for a number/],
    ['a string without quotes', bytes('Sabc\n.'), /quoted string/],
    ['a character beyond Unicode', bytes('V\\U00110000\n.'), /no character/],
    ['a line without end', bytes('V'.padEnd(100_000, 'x')), /no end of line/],
    ['steps without end', bytes('N'.padEnd(5_000_001, '2')), /more than 5000000 steps/],
  ])('refuses %s', (_, pickle, message) => {
    expect(() => read(pickle)).toThrow(
      expect.objectContaining({ code: 'PYTORCH_INVALID', message: expect.stringMatching(message) }),
    );
  });

  test('whatever the bytes, it reads them or throws a ModelError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (pickle) => {
        try {
          read(pickle);
        } catch (error) {
          expect(error).toBeInstanceOf(ModelError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
