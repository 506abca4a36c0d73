import { messageOf } from '../../errors.js';
import { invalidFile, quoted } from './invalid-file.js';

/** A zip archive in memory. */
export interface ZipArchive {
  readonly names: readonly string[];
  /**
   * The bytes of one entry: a view where it is stored, a copy where it is deflated. Undefined when there is no such entry.
   *
   * @throws ModelError `PYTORCH_INVALID`
   */
  read(name: string): Promise<Uint8Array | undefined>;
}

interface Entry {
  readonly name: string;
  readonly deflated: boolean;
  /** Bytes in the archive. */
  readonly packed: number;
  /** Bytes once unpacked. */
  readonly size: number;
  /** Where its local header begins. */
  readonly header: number;
}

/** Where the central directory is and how many entries it has. */
interface Directory {
  readonly count: number;
  readonly start: number;
  readonly end: number;
}

const signature = {
  local: 0x04034b50,
  central: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
} as const;
const endBytes = 22;
const saturated16 = 0xffff;
const saturated32 = 0xffffffff;

/** Weights hardly shrink at all; an entry that claims to grow more than this is a bomb, unless it is small. */
const maxGrowth = 100;
const alwaysAllowed = 1 << 20;

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const cutOff = (what: string): Error =>
  invalidFile(`it begins as a zip archive, and ${what}. The file is cut off or damaged: fetch it again.`);

const uint64 = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));

/** The record at the very end of the archive, before a comment of up to 65,535 bytes. */
const findEnd = (view: DataView): number => {
  for (let at = view.byteLength - endBytes; at >= Math.max(0, view.byteLength - endBytes - saturated16); at -= 1) {
    if (view.getUint32(at, true) === signature.end && view.getUint16(at + 20, true) === view.byteLength - endBytes - at)
      return at;
  }
  throw cutOff('the end of one is missing');
};

/** The 64-bit record, by the locator before the 32-bit one. */
const readDirectory64 = (view: DataView, end: number): { count: number; size: number; start: number } => {
  const locator = end - 20;
  if (locator < 0 || view.getUint32(locator, true) !== signature.locator64)
    throw cutOff('its 64-bit locator is missing');
  const at = uint64(view, locator + 8);
  if (at + 56 > locator || view.getUint32(at, true) !== signature.end64)
    throw cutOff('its 64-bit directory is missing');
  return { count: uint64(view, at + 32), size: uint64(view, at + 40), start: uint64(view, at + 48) };
};

const readDirectory = (view: DataView): Directory => {
  const end = findEnd(view);
  const short = {
    count: view.getUint16(end + 10, true),
    size: view.getUint32(end + 12, true),
    start: view.getUint32(end + 16, true),
  };
  const wide = short.count === saturated16 || short.size === saturated32 || short.start === saturated32;
  const { count, size, start } = wide ? readDirectory64(view, end) : short;
  if (start + size > end) throw cutOff(`its directory claims bytes ${start} to ${start + size} of ${end}`);
  return { count, start, end: start + size };
};

/** Sizes and place beyond 32 bits stand in an extra field, only those that do not fit, in this order. */
const widen = (view: DataView, at: number, end: number, fields: readonly number[]): readonly number[] => {
  for (let field = at; field + 4 <= end; field += 4 + view.getUint16(field + 2, true)) {
    if (view.getUint16(field, true) !== 1) continue;
    let next = field + 4;
    const stop = Math.min(end, next + view.getUint16(field + 2, true));
    return fields.map((value) => {
      if (value !== saturated32) return value;
      if (next + 8 > stop) throw cutOff('an entry lacks its 64-bit size');
      next += 8;
      return uint64(view, next - 8);
    });
  }
  return fields;
};

const readEntries = (bytes: Uint8Array, view: DataView, { count, start, end }: Directory): Entry[] => {
  const entries: Entry[] = [];
  let at = start;
  while (at < end) {
    if (at + 46 > end || view.getUint32(at, true) !== signature.central)
      throw cutOff(`its directory is broken at byte ${at}`);
    const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
    const nameEnd = at + 46 + view.getUint16(at + 28, true);
    const extraEnd = nameEnd + view.getUint16(at + 30, true);
    const next = extraEnd + view.getUint16(at + 32, true);
    if (next > end) throw cutOff(`its directory is broken at byte ${at}`);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, nameEnd));
    const raw = [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)];
    const [size = 0, packed = 0, header = 0] = widen(view, nameEnd, extraEnd, raw);
    if ((flags & 1) === 1) throw invalidFile(`its entry ${quoted(name)} is encrypted.`);
    if (method !== 0 && method !== 8)
      throw invalidFile(
        `its entry ${quoted(name)} is packed by method ${method}; only stored (0) and deflated (8) are read.`,
      );
    if (method === 0 && size !== packed)
      throw invalidFile(`its entry ${quoted(name)} is stored as ${packed} bytes and claims ${size}.`);
    if (size > Math.max(alwaysAllowed, maxGrowth * packed)) {
      throw invalidFile(
        `its entry ${quoted(name)} claims to unpack ${packed} bytes to ${size}, more than ${maxGrowth} times as many.`,
      );
    }
    entries.push({ name, deflated: method === 8, packed, size, header });
    at = next;
  }
  if (entries.length !== count) throw cutOff(`its directory claims ${count} entries and has ${entries.length}`);
  return entries;
};

/** Where the data of an entry begins: after its local header, which repeats the name. */
const dataStart = (bytes: Uint8Array, view: DataView, { name, packed, header }: Entry, limit: number): number => {
  const broken = (): Error => cutOff(`its entry ${quoted(name)} is not where the directory says`);
  if (header + 30 > limit || view.getUint32(header, true) !== signature.local) throw broken();
  const nameEnd = header + 30 + view.getUint16(header + 26, true);
  const start = nameEnd + view.getUint16(header + 28, true);
  if (start + packed > limit || new TextDecoder().decode(bytes.subarray(header + 30, nameEnd)) !== name) throw broken();
  return start;
};

const inflate = async (packed: Uint8Array, { name, size }: Entry): Promise<Uint8Array> => {
  const out = new Uint8Array(size);
  let at = 0;
  try {
    const stream = new Blob([packed as Uint8Array<ArrayBuffer>])
      .stream()
      .pipeThrough(new DecompressionStream('deflate-raw'));
    const reader = stream.getReader() as ReadableStreamDefaultReader<Uint8Array>;
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      const chunk = next.value;
      if (chunk.byteLength > size - at) {
        await reader.cancel();
        throw new RangeError(`it is longer than the ${size} bytes it claims`);
      }
      out.set(chunk, at);
      at += chunk.byteLength;
    }
    if (at !== size) throw new RangeError(`it has ${at} bytes and claims ${size}`);
  } catch (error) {
    throw invalidFile(`its entry ${quoted(name)} cannot be unpacked: ${messageOf(error)}. Fetch it again.`, error);
  }
  return out;
};

/**
 * Opens a zip archive, with 64-bit sizes where it needs them. Entries are stored or deflated; none may overlap another.
 * Check sums are not compared: PyTorch can be told to leave them out.
 *
 * @throws ModelError `PYTORCH_INVALID`
 */
export const openZip = (bytes: Uint8Array): ZipArchive => {
  const view = viewOf(bytes);
  const directory = readDirectory(view);
  const entries = readEntries(bytes, view, directory);
  const found = new Map<string, { readonly entry: Entry; readonly data: Uint8Array }>();
  let free = 0;
  for (const entry of [...entries].sort((a, b) => a.header - b.header)) {
    const start = dataStart(bytes, view, entry, directory.start);
    if (entry.header < free) throw invalidFile(`its entry ${quoted(entry.name)} overlaps another one.`);
    if (found.has(entry.name)) throw invalidFile(`its entry ${quoted(entry.name)} is there twice.`);
    free = start + entry.packed;
    found.set(entry.name, { entry, data: bytes.subarray(start, free) });
  }
  return {
    names: entries.map(({ name }) => name),
    read: async (name) => {
      const file = found.get(name);
      return file?.entry.deflated === true ? inflate(file.data, file.entry) : file?.data;
    },
  };
};
