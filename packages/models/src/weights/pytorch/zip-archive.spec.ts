import { deflateRawSync } from 'node:zlib';
import { openZip } from './zip-archive.js';

interface Item {
  readonly name: string;
  readonly data: Uint8Array;
  readonly method?: number;
  readonly flags?: number;
  /** What the directory says instead of the truth. */
  readonly size?: number;
  readonly packed?: number;
  readonly header?: number;
  readonly localName?: string;
}

interface Layout {
  readonly zip64?: boolean;
  readonly count?: number;
  readonly comment?: string;
}

const u16 = (...values: readonly number[]) => Buffer.from(Uint16Array.from(values).buffer);
const u32 = (...values: readonly number[]) => Buffer.from(Uint32Array.from(values).buffer);
const u64 = (...values: readonly number[]) => Buffer.from(BigUint64Array.from(values.map(BigInt)).buffer);

/** A zip archive, honest or not. With `zip64` all sizes and places stand in the 64-bit fields. */
const zip = (
  items: readonly Item[],
  { zip64 = false, count = items.length, comment = '' }: Layout = {},
): Uint8Array => {
  const [locals, central]: [Buffer[], Buffer[]] = [[], []];
  let at = 0;
  for (const { name, data, method = 0, flags = 0, localName = name, ...lies } of items) {
    const bytes = method === 8 ? deflateRawSync(data) : Buffer.from(data);
    const { size = data.length, packed = bytes.length, header = at } = lies;
    const local = Buffer.concat([
      u32(0x04034b50),
      u16(20, flags, method, 0, 0),
      u32(0, packed, size),
      u16(localName.length, 3),
      Buffer.from(`${localName}pad`),
      bytes,
    ]);
    locals.push(local);
    at += local.length;
    const extra = zip64
      ? Buffer.concat([u16(0x5555, 1), Buffer.from('x'), u16(1, 24), u64(size, packed, header)])
      : Buffer.alloc(0);
    const sizes = zip64 ? u32(0xffffffff, 0xffffffff) : u32(packed, size);
    central.push(
      Buffer.concat([
        u32(0x02014b50),
        u16(20, 20, flags, method, 0, 0),
        u32(0),
        sizes,
        u16(name.length, extra.length, 0, 0, 0),
        u32(0),
      ]),
      Buffer.concat([u32(zip64 ? 0xffffffff : header), Buffer.from(name), extra]),
    );
  }
  const directory = Buffer.concat(central);
  const record64 = Buffer.concat([
    u32(0x06064b50),
    u64(44),
    u16(45, 45),
    u32(0, 0),
    u64(count, count, directory.length, at),
  ]);
  const locator = Buffer.concat([u32(0x07064b50, 0), u64(at + directory.length), u32(1)]);
  const counts = zip64
    ? [u16(0xffff, 0xffff), u32(0xffffffff, 0xffffffff)]
    : [u16(count, count), u32(directory.length, at)];
  const end = [u32(0x06054b50), u16(0, 0), ...counts, u16(comment.length), Buffer.from(comment)];
  return new Uint8Array(Buffer.concat([...locals, directory, ...(zip64 ? [record64, locator] : []), ...end]));
};

const text = new TextEncoder().encode('a little text, a little text, a little text');
const stored: Item = { name: 'a/stored', data: text };
const deflated: Item = { name: 'a/deflated', data: text, method: 8 };
const invalid = (message: RegExp) =>
  expect.objectContaining({ code: 'PYTORCH_INVALID', message: expect.stringMatching(message) });

describe('openZip', () => {
  test.each<[string, Layout]>([
    ['32-bit', {}],
    ['64-bit', { zip64: true }],
    ['commented', { comment: 'PK and so on' }],
  ])('reads stored and deflated entries of a %s archive', async (_, layout) => {
    const bytes = zip([stored, deflated, { name: 'empty', data: new Uint8Array(0) }], layout);
    const archive = openZip(bytes);
    expect(archive.names).toEqual(['a/stored', 'a/deflated', 'empty']);
    expect(await archive.read('a/stored')).toEqual(text);
    expect((await archive.read('a/stored'))?.buffer).toBe(bytes.buffer);
    expect(await archive.read('a/deflated')).toEqual(text);
    expect(await archive.read('empty')).toHaveLength(0);
    expect(await archive.read('toString')).toBeUndefined();
  });

  test('reads an archive that is a view into something larger', async () => {
    const bytes = zip([stored, deflated]);
    const larger = new Uint8Array(bytes.length + 9);
    larger.set(bytes, 5);
    expect(await openZip(larger.subarray(5, 5 + bytes.length)).read('a/deflated')).toEqual(text);
  });

  const whole = zip([stored, deflated]);
  const zeros = new Uint8Array(2_000_000);
  test.each<[string, Uint8Array, RegExp]>([
    ['a file without an end', whole.subarray(0, -1), /end of one is missing/],
    ['a file of two bytes', whole.subarray(0, 2), /end of one is missing/],
    ['an end only', whole.subarray(-22), /directory claims bytes/],
    ['a lost beginning', whole.subarray(30), /directory claims bytes/],
    ['a wrong count', zip([stored], { count: 2 }), /claims 2 entries and has 1/],
    ['a lost 64-bit locator', zip([stored], { zip64: true }).subarray(-22), /64-bit locator/],
    ['an encrypted entry', zip([{ ...stored, flags: 1 }]), /encrypted/],
    ['another method', zip([{ ...stored, method: 14 }]), /method 14/],
    ['a stored entry of two sizes', zip([{ ...stored, size: 9000 }]), /is stored as 43 bytes and claims 9000/],
    ['a stored entry beyond the end', zip([{ ...stored, size: 9000, packed: 9000 }]), /not where/],
    ['a 64-bit size beyond all', zip([{ ...stored, size: 2 ** 52, packed: 2 ** 52 }], { zip64: true }), /not where/],
    ['a place beyond the end', zip([{ ...stored, header: 9000 }]), /not where/],
    ['another name at the place', zip([{ ...stored, localName: 'b/stored' }]), /not where/],
    ['a bomb', zip([{ name: 'zeros', data: zeros, method: 8 }]), /claims to unpack \d+ bytes to 2000000/],
    ['a size beyond any memory', zip([{ ...deflated, size: 2 ** 50 }], { zip64: true }), /more than 100 times/],
    ['two entries over one another', zip([stored, { ...stored, header: 0 }]), /overlaps/],
    [
      'an entry inside another',
      zip([
        { name: 'outer', data: zip([stored]) },
        { ...stored, header: 38 },
      ]),
      /overlaps/,
    ],
    ['one name twice', zip([stored, stored]), /twice/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => openZip(bytes)).toThrow(invalid(message));
  });

  test.each<[string, Item, RegExp]>([
    ['more than it claims', { ...deflated, size: 9 }, /longer than the 9 bytes it claims/],
    ['less than it claims', { ...deflated, size: 99 }, /has 43 bytes and claims 99/],
    ['a bomb that claims little', { name: 'zeros', data: zeros, method: 8, size: 100 }, /longer than the 100 bytes/],
    ['a cut stream', { ...deflated, packed: 9 }, /cannot be unpacked/],
    ['no bytes at all', { ...deflated, packed: 0 }, /cannot be unpacked/],
  ])('refuses an entry that unpacks to %s', async (_, item, message) => {
    await expect(openZip(zip([item])).read(item.name)).rejects.toEqual(invalid(message));
  });

  test('refuses an entry that is no deflate stream', async () => {
    const bytes = zip([deflated]);
    bytes.fill(0xff, 30 + 'a/deflatedpad'.length, 30 + 'a/deflatedpad'.length + 12);
    await expect(openZip(bytes).read('a/deflated')).rejects.toEqual(invalid(/cannot be unpacked/));
  });
});
