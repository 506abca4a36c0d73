import { ModelError } from '../errors.js';

interface NodeModules {
  readonly 'node:crypto': typeof import('node:crypto');
  readonly 'node:fs': typeof import('node:fs');
  readonly 'node:fs/promises': typeof import('node:fs/promises');
  readonly 'node:os': typeof import('node:os');
  readonly 'node:path': typeof import('node:path');
}

/** Whether this runs where files are: Node, or something that behaves like it. */
export const isNode = (): boolean => typeof process !== 'undefined' && typeof process.versions?.node === 'string';

/** An environment variable, or undefined where there are none (a browser) or it is empty. */
export const environmentVariable = (name: string): string | undefined =>
  (typeof process !== 'undefined' ? process.env?.[name] : undefined) || undefined;

/** The `code` of a Node system error, such as `ENOENT`. */
export const systemErrorCode = (thrown: unknown): string | undefined =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown && typeof thrown.code === 'string'
    ? thrown.code
    : undefined;

/** A Node `Buffer` as a plain `Uint8Array` over the same memory. */
export const plainBytes = (buffer: Uint8Array): Uint8Array =>
  new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);

/**
 * A module of Node, asked for at the moment of use and without an import, so that the same files load in a browser and
 * no bundler looks for it there.
 *
 * @throws ModelError `OPTION_INVALID` outside Node
 */
export const nodeModule = <Id extends keyof NodeModules>(id: Id): NodeModules[Id] => {
  if (isNode() && typeof process.getBuiltinModule === 'function') return process.getBuiltinModule(id);
  throw new ModelError(
    'OPTION_INVALID',
    'Files on disk need Node 20.16 or later. In a browser give a web address, a Hub repository or a FileSource.',
  );
};
