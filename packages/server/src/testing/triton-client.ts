/** Requests as the official Triton client for Python writes them to its socket, and how it reads an answer. */
import { connect } from 'node:net';

/** A tensor that is sent as bytes behind the JSON. */
export interface BinaryInput {
  readonly name: string;
  readonly shape: readonly number[];
  readonly datatype: 'BYTES' | 'INT64';
  readonly bytes: Buffer;
}

/** Its headers, in its order: its own, those of the call, the host, the length where there is a body. It names no media type. */
const request = (
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body?: Buffer,
): Buffer => {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'User-Agent: python/gevent-http-client-2.3.1',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    'Host: localhost:8000',
    ...(body && body.length > 0 ? [`Content-Length: ${body.length}`] : []),
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body ?? Buffer.alloc(0)]);
};

export const tritonGet = (path: string): Buffer => request('GET', path);

/** What it posts to the model repository: nothing, or JSON without spaces. */
export const tritonPost = (path: string, body: object | undefined): Buffer =>
  request('POST', path, {}, body && Buffer.from(JSON.stringify(body)));

/** Texts as it lays them out: 4 bytes of length, little-endian, and the text. */
export const tritonBytes = (...texts: readonly string[]): Buffer =>
  Buffer.concat(
    texts.flatMap((text) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(Buffer.byteLength(text));
      return [length, Buffer.from(text)];
    }),
  );

export const tritonIntegers = (...numbers: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(8 * numbers.length);
  numbers.forEach((value, at) => bytes.writeBigInt64LE(BigInt(value), 8 * at));
  return bytes;
};

/** `infer` of the client: outputs only where some are asked for, else all of them as bytes. */
export const tritonInfer = (
  model: string,
  inputs: readonly BinaryInput[],
  outputs: readonly { readonly name: string; readonly binary: boolean }[] = [],
  id = '',
): Buffer => {
  const json = Buffer.from(
    JSON.stringify({
      ...(id !== '' && { id }),
      inputs: inputs.map(({ name, shape, datatype, bytes }) => ({
        name,
        shape,
        datatype,
        parameters: { binary_data_size: bytes.length },
      })),
      ...(outputs.length > 0
        ? { outputs: outputs.map(({ name, binary }) => ({ name, parameters: { binary_data: binary } })) }
        : { parameters: { binary_data_output: true } }),
    }),
  );
  const body = Buffer.concat([json, ...inputs.map(({ bytes }) => bytes)]);
  return request('POST', `/v2/models/${model}/infer`, { 'Inference-Header-Content-Length': String(json.length) }, body);
};

/** The same with its elements in the JSON. */
export const tritonJsonInfer = (model: string, inputs: readonly object[]): Buffer =>
  request(
    'POST',
    `/v2/models/${model}/infer`,
    {},
    Buffer.from(JSON.stringify({ inputs, parameters: { binary_data_output: true } })),
  );

/** An answer from the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Sends bytes on a connection of their own and reads the one answer. */
export const exchangeBytes = (port: number, bytes: Buffer): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('error', reject);
    socket.on('data', (part: Buffer) => {
      received = Buffer.concat([received, part]);
      const end = received.indexOf('\r\n\r\n');
      if (end < 0) return;
      const [first = '', ...lines] = received.subarray(0, end).toString('latin1').split('\r\n');
      const headers = Object.fromEntries(
        lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
      );
      const body = received.subarray(end + 4);
      if (body.length < Number(headers['content-length'] ?? 0)) return;
      socket.destroy();
      resolve({ status: Number(first.split(' ')[1]), headers, body });
    });
  });

interface WrittenTensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly data?: readonly unknown[];
  readonly parameters?: { readonly binary_data_size?: number };
}

const readBytes = (bytes: Buffer): string[] => {
  const texts: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt32LE(at);
    texts.push(bytes.subarray(at + 4, at + 4 + length).toString());
    at += 4 + length;
  }
  return texts;
};

/** The outputs as the client's `as_numpy` reads them. */
export const tritonOutputs = ({ headers, body }: RawAnswer): Record<string, readonly unknown[]> => {
  const length = headers['inference-header-content-length'];
  const json = JSON.parse(body.subarray(0, length === undefined ? body.length : Number(length)).toString()) as {
    readonly outputs: readonly WrittenTensor[];
  };
  let at = Number(length ?? body.length);
  return Object.fromEntries(
    json.outputs.map(({ name, datatype, data = [], parameters: { binary_data_size: size } = {} }) => {
      if (size === undefined) return [name, data];
      const bytes = body.subarray(at, at + size);
      at += size;
      if (datatype === 'BYTES') return [name, readBytes(bytes)];
      const count = bytes.length / 4;
      return [
        name,
        Array.from({ length: count }, (_, i) =>
          datatype === 'FP32' ? bytes.readFloatLE(4 * i) : bytes.readInt32LE(4 * i),
        ),
      ];
    }),
  );
};
