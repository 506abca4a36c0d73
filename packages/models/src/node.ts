/** Whether this runs where files are: Node, or something that behaves like it. */
export const isNode = (): boolean => typeof process !== 'undefined' && typeof process.versions?.node === 'string';

/** An environment variable, or undefined where there are none (a browser) or it is empty. */
export const environmentVariable = (name: string): string | undefined =>
  (typeof process !== 'undefined' ? process.env?.[name] : undefined) || undefined;

/** The `code` of a Node system error, such as `ENOENT`. */
export const systemErrorCode = (thrown: unknown): string | undefined =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;

/** A Node `Buffer` as a plain `Uint8Array` over the same memory. */
export const plainBytes = (buffer: Uint8Array): Uint8Array => new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
