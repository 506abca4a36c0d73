import type { Socket } from 'node:net';

/** What cannot be read as HTTP is answered by hand. */
const answers: Readonly<Record<string, readonly [status: string, error: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request took too long to arrive.'],
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'The headers are too large.'],
};

/** Answers a client that does not speak HTTP, or too slowly, and hangs up. */
export const answerClientError = ({ code = '' }: Error & { readonly code?: string }, socket: Socket): void => {
  if (code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, error] = answers[code] ?? ['400 Bad Request', 'This is not HTTP as it is spoken here.'];
  const body = JSON.stringify({ error, code: 'REQUEST_INVALID' });
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    () => socket.destroy(),
  );
};
