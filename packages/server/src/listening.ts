import { lstat, unlink } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { messageOf, ServerError } from './errors.js';

/** Where a server listens: at an address, or at a Unix socket. */
export interface Listening {
  /** Default `127.0.0.1`. */
  readonly host?: string | undefined;
  /** 0 takes a free one. Default 8080. */
  readonly port?: number | undefined;
  /** Path of a Unix socket, in place of host and port. */
  readonly socket?: string | undefined;
}

/** As `listen` takes it. */
export const listenOptionsOf = ({
  host = '127.0.0.1',
  port = 8080,
  socket,
}: Listening): { readonly host: string; readonly port: number } | { readonly path: string } =>
  socket === undefined ? { host, port } : { path: socket };

/** What a server says that could not listen. */
export const listenError = (error: unknown, where: Listening): ServerError => {
  const at = listenOptionsOf(where);
  const place = 'path' in at ? at.path : `${at.host}:${at.port}`;
  return (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
    ? new ServerError(
        'ADDRESS_IN_USE',
        'port' in at
          ? `Something listens on ${place} already; stop it, or choose another port (0 takes a free one).`
          : `Something listens on ${place} already, or it is no socket; stop or remove it, or choose another path.`,
        { cause: error },
      )
    : new ServerError('OPTION_INVALID', `The server cannot listen on ${place}: ${messageOf(error)}.`, { cause: error });
};

/** Whether somebody answers at a Unix socket. */
const answers = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ path }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });

/** Removes the socket that a server left behind which was killed. */
const removeStale = async (path: string): Promise<void> => {
  const isSocket = (await lstat(path).catch(() => undefined))?.isSocket() === true;
  if (isSocket && !(await answers(path))) await unlink(path);
};

/**
 * Finds out whether a server could listen, before anything takes time that would be in vain.
 *
 * @throws ServerError `ADDRESS_IN_USE`, `OPTION_INVALID`
 */
export const checkListening = async (where: Listening): Promise<void> => {
  if (where.socket !== undefined) await removeStale(where.socket);
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (error) => reject(listenError(error, where)));
    probe.listen(listenOptionsOf(where), () => probe.close(() => resolve()));
  });
};
