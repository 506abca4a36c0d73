/** Clients that send one body again and again, each as soon as it is answered: `node body-client.mjs PORT CLIENTS nested|flat`. */
import { Agent, request } from 'node:http';

const [port, clients, kind] = process.argv.slice(2);
const brackets = 900_000;
const body = Buffer.from(
  kind === 'nested' ? '['.repeat(brackets) + ']'.repeat(brackets) : JSON.stringify({ text: 'a'.repeat(2 * brackets) }),
);
const agent = new Agent({ keepAlive: true });
const headers = { 'content-type': 'application/json', 'content-length': body.length };

const send = () =>
  new Promise((resolve) => {
    request({ agent, port, headers, host: '127.0.0.1', path: '/v1/classify', method: 'POST' }, (response) =>
      response.resume().on('end', resolve),
    )
      .on('error', resolve)
      .end(body);
  });

for (let i = 0; i < Number(clients); i++)
  void (async () => {
    for (;;) await send();
  })();
process.stdout.write('sending\n');
