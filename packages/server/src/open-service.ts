import { availableParallelism } from 'node:os';
import { ServerError } from './errors.js';
import { openModelPool } from './pool/model-pool.js';
import type { RepositoryEntry } from './repository.js';
import { readRepository } from './repository.js';
import type { OpenModel } from './served-model.js';
import { serveModel } from './served-model.js';
import type { OpenService, ServiceOptions } from './service-options.js';

interface Served {
  readonly entry: RepositoryEntry;
  readonly model: OpenModel;
}

const isSameEntry = (a: RepositoryEntry, b: RepositoryEntry): boolean =>
  a.name === b.name && a.version === b.version && a.fingerprint === b.fingerprint;

/** Names in order, the newest version of each first. */
const inOrder = (a: Served, b: Served): number => {
  const { name, version } = a.entry;
  return name.localeCompare(b.entry.name, 'en') || b.entry.version.localeCompare(version, 'en', { numeric: true });
};

/**
 * Opens the models of a repository, each on threads of its own, and serves them.
 *
 * @throws ServerError `REPOSITORY_INVALID`
 * @example
 * const service = await openService({ models: 'models/reviews' });
 * const { predictions, cost } = await service.find().infer({ inputs: ['A fine film.'], budget: { cost: 0.5 } });
 * await service.close();
 */
export const openService = async (options: ServiceOptions): Promise<OpenService> => {
  const { models: source, engine = 'auto', precision = 'fp32', workers = 1, observer } = options;
  const { threads = Math.max(1, Math.floor(availableParallelism() / workers)) } = options;
  let served: readonly Served[] = [];
  let closing = false;
  let reloading: Promise<void> = Promise.resolve();
  /** Models that were replaced, and still answer what they had accepted. */
  const leaving = new Set<Promise<void>>();

  const open = async (entry: RepositoryEntry): Promise<Served> => {
    const pool = await openModelPool({ source: entry.source, engine, precision, threads }, workers);
    return { entry, model: serveModel({ name: entry.name, version: entry.version }, pool, options, observer) };
  };

  const retire = ({ model }: Served): void => {
    const gone = model.drain().then(() => model.close());
    leaving.add(gone);
    void gone.finally(() => leaving.delete(gone));
  };

  const update = async (): Promise<void> => {
    const entries = await readRepository(source);
    const kept = served.filter(
      ({ entry, model }) => model.status().ready && entries.some((other) => isSameEntry(entry, other)),
    );
    const fresh: Served[] = [];
    try {
      for (const entry of entries)
        if (!kept.some((one) => isSameEntry(one.entry, entry))) fresh.push(await open(entry));
    } catch (error) {
      await Promise.all(fresh.map(({ model }) => model.close()));
      throw error;
    }
    if (closing) {
      await Promise.all(fresh.map(({ model }) => model.close()));
      return;
    }
    const old = served.filter((one) => !kept.includes(one));
    served = [...kept, ...fresh].sort(inOrder);
    old.forEach(retire);
  };

  const models = () => served.map(({ model }) => model);
  await update();
  return {
    models,
    ready: () => !closing && served.every(({ model }) => model.status().ready),
    find: (name, version) => {
      const names = [...new Set(served.map(({ entry }) => entry.name))];
      const wanted = name ?? (names.length === 1 ? names[0] : undefined);
      if (wanted === undefined)
        throw new ServerError('MODEL_NOT_FOUND', `Several models are served: ${names.join(', ')}; name one.`);
      const versions = served.filter(({ entry }) => entry.name === wanted);
      const found = version === undefined ? versions[0] : versions.find(({ entry }) => entry.version === version);
      if (found) return found.model;
      const known =
        versions.length > 0
          ? `versions ${versions.map(({ entry }) => entry.version).join(', ')} of it`
          : names.join(', ');
      throw new ServerError(
        'MODEL_NOT_FOUND',
        `There is no model ${wanted}${version === undefined ? '' : `, version ${version}`}; served are ${known}.`,
      );
    },
    reload: () => {
      reloading = reloading.catch(() => undefined).then(update);
      return reloading;
    },
    drain: async () => {
      closing = true;
      await Promise.all([...models().map((model) => model.drain()), ...leaving]);
    },
    close: async () => {
      closing = true;
      await Promise.all(models().map((model) => model.close()));
      await Promise.all([...leaving]); // a reload that still opens models closes them itself
    },
  };
};
