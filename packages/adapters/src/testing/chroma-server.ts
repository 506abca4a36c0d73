/**
 * A server that a Chroma client talks to: collections in memory, and an exact search. Chroma's own is a native program that needs a newer C library than many
 * systems have; what is tested here is that its client takes an embedding function, and this is all that it asks of a server.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cosine } from '@length-adaptive/models';

interface Collection {
  readonly id: string;
  readonly name: string;
  readonly records: { readonly id: string; readonly document: string; readonly embedding: number[] }[];
  readonly described: object;
}

/** What clients send: embeddings as numbers, or as base64 of little-endian float32. */
interface Sent {
  readonly name: string;
  readonly metadata?: object | null;
  readonly configuration?: object;
  readonly ids: readonly string[];
  readonly documents: readonly string[];
  readonly embeddings: readonly (number[] | string)[];
  readonly query_embeddings: readonly number[][];
  readonly n_results: number;
}

const numbersOf = (embedding: number[] | string): number[] =>
  typeof embedding === 'string'
    ? [...new Float32Array(Uint8Array.from(Buffer.from(embedding, 'base64')).buffer)]
    : embedding;

export interface ChromaServer {
  readonly port: number;
  /** Dimensions of the vectors that came. */
  widths(): ReadonlySet<number>;
  close(): Promise<void>;
}

export const startChromaServer = async (): Promise<ChromaServer> => {
  const collections = new Map<string, Collection>();
  const widths = new Set<number>();
  const find = (key = ''): Collection | undefined =>
    [...collections.values()].find(({ id, name }) => id === key || name === key);

  const answers: Readonly<Record<string, (sent: Sent, collection: Collection) => unknown>> = {
    add: ({ ids, documents, embeddings }, { records }) => {
      ids.forEach((id, i) => {
        const embedding = numbersOf(embeddings[i] ?? []);
        widths.add(embedding.length);
        records.push({ id, document: documents[i] ?? '', embedding });
      });
      return true;
    },
    query: ({ query_embeddings, n_results }, { records }) => {
      const found = query_embeddings.map((query) =>
        records
          .map((record) => ({ ...record, distance: 1 - cosine(query, record.embedding) }))
          .sort((a, b) => a.distance - b.distance)
          .slice(0, n_results),
      );
      return {
        ids: found.map((row) => row.map(({ id }) => id)),
        documents: found.map((row) => row.map(({ document }) => document)),
        distances: found.map((row) => row.map(({ distance }) => distance)),
        metadatas: found.map((row) => row.map(() => null)),
        include: ['documents', 'metadatas', 'distances'],
      };
    },
  };

  const create = ({ name, metadata = null, configuration = {} }: Sent): object => {
    const id = randomUUID();
    const described = {
      ...{
        id,
        name,
        metadata,
        configuration_json: configuration,
        tenant: 'default_tenant',
        database: 'default_database',
      },
      ...{ dimension: null, log_position: 0, version: 0, schema: null },
    };
    collections.set(id, { id, name, records: [], described });
    return described;
  };

  const answer = (path: readonly string[], sent: Sent): unknown => {
    const at = path.indexOf('collections');
    if (at < 0) return path.includes('pre-flight-checks') ? { max_batch_size: 1000 } : {};
    const [key, action] = path.slice(at + 1);
    if (key === undefined) return create(sent);
    const collection = find(key);
    if (!collection) return undefined;
    return action === undefined ? collection.described : answers[action]?.(sent, collection);
  };

  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts).toString('utf8');
      const path = new URL(request.url ?? '/', 'http://localhost').pathname.split('/').filter(Boolean);
      const found = answer(path, (body === '' ? {} : JSON.parse(body)) as Sent);
      response.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(found ?? { error: 'NotFoundError', message: 'It does not exist.' }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    widths: () => widths,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};
