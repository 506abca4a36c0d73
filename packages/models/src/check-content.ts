/** What the first and last bytes of a file say, before anybody reads it: hosts answer with pages, and connections end early. */

/** How a file looks: as it should; as a page that a host shows in its place; as nothing; or broken in some other way. */
type ContentLook = 'good' | 'page' | 'empty' | 'broken';

/** How many bytes a page is known by. */
export const sniffedBytes = 512;

const startOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes.subarray(0, sniffedBytes)).trimStart(); // a byte order mark goes too

const markup = /^<(!doctype|html|head|body|title|meta|script|\?xml|!--|error)\b|^<!--/i;

const isText = (path: string): boolean => /\.(json|txt)$/.test(path);

/** Whether the start of a file can be what its name says, for hosts that call everything a page: no words of a sentence. */
const canBe = (path: string, start: string): boolean => {
  if (path.endsWith('.json')) return /^[[{]/.test(start);
  if (path.endsWith('.txt')) return !/^\S+[^\S\n]+\S/.test(start); // a vocabulary has a token a line, and no token has white space in it
  return [...start].some((character) => character < '\t' || character === '\ufffd'); // weights are no text
};

/**
 * Whether bytes, the first of a file or all of them, are a page of HTML or XML in the file's place.
 *
 * @param type the answer's `content-type`; alone it says little, since hosts give odd types to good files
 */
export const isPage = (path: string, bytes: Uint8Array, type = ''): boolean => {
  const start = startOf(bytes);
  return markup.test(start) || (path.endsWith('.json') && start.startsWith('<')) || (/^text\/html\b/i.test(type) && !canBe(path, start));
};

const isWholeJson = (bytes: Uint8Array): boolean => {
  const [start] = startOf(bytes);
  const end = new TextDecoder().decode(bytes.subarray(-64)).trimEnd().at(-1);
  return (start === '{' && end === '}') || (start === '[' && end === ']');
};

/** Safetensors: the length of a JSON header, the header, then what the header promises. */
const isWholeSafetensors = (bytes: Uint8Array): boolean => {
  if (bytes.length < 10) return false;
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (8 + length > bytes.length) return false;
  try {
    const header: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    const ends = Object.values(header as Record<string, { readonly data_offsets?: readonly unknown[] } | null>).map((entry) => Number(entry?.data_offsets?.[1] ?? 0));
    return 8 + length + Math.max(0, ...ends) <= bytes.length;
  } catch {
    return false;
  }
};

/** A number of base 128, least significant byte first, and where it ends; undefined when it does not end. */
const readVarint = (bytes: Uint8Array, at: number): readonly [value: number, next: number] | undefined => {
  let value = 0;
  for (let i = 0; i < 10; i += 1) {
    const byte = bytes[at + i];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return [value, at + i + 1];
  }
  return undefined;
};

/** ONNX is a protobuf message: fields, one after the other, that end where the file does. */
const isWholeOnnx = (bytes: Uint8Array): boolean => {
  let at = 0;
  while (at < bytes.length) {
    const tag = readVarint(bytes, at);
    if (!tag || tag[0] < 8) return false;
    const kind = tag[0] % 8;
    const value = kind === 0 || kind === 2 ? readVarint(bytes, tag[1]) : undefined;
    if (kind === 0 && value) at = value[1];
    else if (kind === 2 && value) at = value[1] + value[0];
    else if (kind === 1) at = tag[1] + 8;
    else if (kind === 5) at = tag[1] + 4;
    else return false;
  }
  return at === bytes.length;
};

/** A checkpoint of PyTorch, where it is a zip archive: its directory stands at the end. */
const isWholePyTorch = (bytes: Uint8Array): boolean => {
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) return true; // a bare pickle, or of nobody knows what
  const tail = bytes.subarray(-(22 + 65_535));
  for (let at = tail.length - 22; at >= 0; at -= 1) if (tail[at] === 0x50 && tail[at + 1] === 0x4b && tail[at + 2] === 5 && tail[at + 3] === 6) return true;
  return false;
};

/**
 * How the bytes of a whole file look, by what its name says it is. What no name tells is good unless it is a page.
 *
 * @param type the answer's `content-type`, where it came over HTTP
 */
export const lookAt = (path: string, bytes: Uint8Array, type?: string): ContentLook => {
  const isWhole = [
    [/\.json$/, isWholeJson],
    [/\.safetensors$/, isWholeSafetensors],
    [/\.onnx$/, isWholeOnnx],
    [/\.(bin|pt|pth)$/, isWholePyTorch],
  ] as const;
  const check = isWhole.find(([name]) => name.test(path))?.[1];
  if (bytes.length === 0 && (check ?? isText(path))) return 'empty';
  if (isPage(path, bytes, type)) return 'page';
  if (startOf(bytes).startsWith('version https://git-lfs.')) return 'broken'; // stands for a file that was not fetched
  return check?.(bytes) === false ? 'broken' : 'good';
};
