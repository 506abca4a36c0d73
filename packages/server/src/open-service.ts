import { availableParallelism } from 'node:os';
import { readModelFiles } from '@length-adaptive/models/files';
import { messageOf, ServerError } from './errors.js';
import { openModelPool } from './pool/model-pool.js';
import type { RepositoryEntry } from './repository.js';
import { readRepository } from './repository.js';
import type { OpenModel } from './served-model.js';
import { scoreScaleOf } from './score-scale.js';
import { serveModel } from './served-model.js';
import type { ModelMemory, RepositoryModel } from './service.js';
import type { OpenService, ServiceOptions } from './service-options.js';
import { createTextTokenizer, type TextTokenizer } from './tokenize/text-tokenizer.js';

interface Served {
  readonly entry: RepositoryEntry;
  readonly model: OpenModel;
  readonly tokenizer: TextTokenizer;
}

const isSameEntry = (a: RepositoryEntry, b: RepositoryEntry): boolean =>
  a.name === b.name && a.version === b.version && a.fingerprint === b.fingerprint;

type Version = Pick<RepositoryEntry, 'name' | 'version'>;

const isSameVersion = (a: Version, b: Version): boolean => a.name === b.name && a.version === b.version;

const keyOf = ({ name, version }: Version): string => JSON.stringify([name, version]);

/** What is said when models could not be opened. */
const notOpened = (failures: readonly unknown[]): ServerError =>
  new ServerError('REPOSITORY_INVALID', failures.map(messageOf).join('; '), { cause: failures[0] });

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
  const { models: source, engine = 'auto', precision = 'fp32', workers = 1, observer, adapter, tower, log } = options;
  const { threads = Math.max(1, Math.floor(availableParallelism() / workers)) } = options;
  let served: readonly Served[] = [];
  let closing = false;
  let reloading: Promise<void> = Promise.resolve();
  /** Models that were replaced, and still answer what they had accepted. */
  const leaving = new Set<Promise<void>>();

  const open = async (entry: RepositoryEntry): Promise<Served> => {
    const before = process.memoryUsage.rss();
    const pool = await openModelPool({ source: entry.source, engine, precision, threads, adapter, tower }, workers);
    const memory: ModelMemory = {
      weightBytes: pool.facts.weightBytes,
      openedBytes: Math.max(0, process.memoryUsage.rss() - before),
    };
    const files = await readModelFiles(entry.source, { adapter, tower }).catch(() => undefined);
    let model: OpenModel;
    try {
      const label = { name: entry.name, version: entry.version };
      model = serveModel(label, pool, { ...options, file: files?.lengthAdaptive }, observer);
    } catch (error) {
      await pool.close();
      throw error;
    }
    const scoreScale = scoreScaleOf(files?.lengthAdaptive);
    return {
      entry,
      model: { ...model, status: () => ({ ...model.status(), ...(scoreScale && { scoreScale }), memory }) },
      tokenizer: createTextTokenizer(entry.source),
    };
  };

  const closeOne = async ({ model, tokenizer }: Served): Promise<void> => {
    await Promise.all([model.close(), tokenizer.close()]);
  };

  const retire = (one: Served): void => {
    const gone = one.model.drain().then(() => closeOne(one));
    leaving.add(gone);
    void gone.finally(() => leaving.delete(gone));
  };

  /** Why models could not be opened as they stand. */
  const broken = new Map<string, string>();
  const opening = new Set<string>();
  /** Names that a client has taken out of service. */
  const unloaded = new Set<string>();

  /** Opens what is to be served and is not yet; each on its own, so that one that cannot be opened stops no other. */
  const openAll = async (entries: readonly RepositoryEntry[]) => {
    const fresh: Served[] = [];
    const failures: { readonly entry: RepositoryEntry; readonly error: unknown }[] = [];
    for (const entry of entries) {
      opening.add(keyOf(entry));
      try {
        fresh.push(await open(entry));
        broken.delete(keyOf(entry));
      } catch (error) {
        broken.set(keyOf(entry), messageOf(error));
        failures.push({ entry, error });
      } finally {
        opening.delete(keyOf(entry));
      }
    }
    return { fresh, failures };
  };

  /**
   * Makes what is served what stands in the repository: of all models, or of one, which is then opened anew. Of a model that cannot be opened,
   * what was served stays.
   */
  const update = async (only?: string): Promise<void> => {
    const entries = (await readRepository(source, adapter)).filter(
      ({ name }) => !unloaded.has(name) && (only === undefined || name === only),
    );
    const others = served.filter(({ entry }) => only !== undefined && entry.name !== only);
    const current = served.filter(
      ({ entry, model }) =>
        only === undefined && model.status().ready && entries.some((other) => isSameEntry(entry, other)),
    );
    const { fresh, failures } = await openAll(
      entries.filter((entry) => !current.some((one) => isSameEntry(one.entry, entry))),
    );
    if (closing) {
      await Promise.all(fresh.map(closeOne));
      return;
    }
    const last = served.filter((one) => failures.some(({ entry }) => isSameVersion(entry, one.entry)));
    const kept = [...new Set([...others, ...current, ...last])];
    const old = served.filter((one) => !kept.includes(one));
    served = [...kept, ...fresh].sort(inOrder);
    old.forEach(retire);
    if (failures.length > 0) throw notOpened(failures.map(({ error }) => error));
  };

  const inTurn = (work: () => Promise<void>): Promise<void> => {
    reloading = reloading.catch(() => undefined).then(work);
    return reloading;
  };

  /** @throws ServerError `MODEL_NOT_FOUND` */
  const checkKnown = async (name: string): Promise<void> => {
    const names = new Set(
      [...(await readRepository(source, adapter)), ...served.map(({ entry }) => entry)].map((one) => one.name),
    );
    if (!names.has(name))
      throw new ServerError(
        'MODEL_NOT_FOUND',
        `There is no model ${name} in the repository; it holds ${[...names].join(', ')}.`,
      );
  };

  const stateOf = (entry: Version, isInRepository: boolean): RepositoryModel => {
    const { name, version } = entry;
    const own = served.find((one) => isSameVersion(one.entry, entry));
    const reason = broken.get(keyOf(entry));
    if (own?.model.status().ready)
      return { name, version, state: 'READY', reason: reason === undefined ? '' : `as it was before: ${reason}` };
    if (opening.has(keyOf(entry))) return { name, version, state: 'LOADING', reason: '' };
    const why = unloaded.has(name)
      ? 'unloaded'
      : own
        ? 'no thread has it open at the moment'
        : (reason ?? (isInRepository ? 'new: load it, or send SIGHUP' : 'gone'));
    return { name, version, state: 'UNAVAILABLE', reason: why };
  };

  const models = () => served.map(({ model }) => model);
  await update().catch((error: unknown) => {
    if (served.length === 0) throw error;
    for (const [key, reason] of broken) {
      const model = (JSON.parse(key) as string[]).join('/');
      log?.error({ model, reason }, 'a model cannot be opened, and is not served');
    }
  });
  return {
    models,
    ready: () => !closing && served.every(({ model }) => model.status().ready),
    find: (name, version) => {
      const names = [...new Set(served.map(({ entry }) => entry.name))];
      const wanted = name ?? (names.length === 1 ? names[0] : undefined);
      if (wanted === undefined)
        throw new ServerError(
          'MODEL_NOT_FOUND',
          names.length === 0 ? 'No model is served.' : `Several models are served: ${names.join(', ')}; name one.`,
        );
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
    tokenize: async ({ name, version }, texts) => {
      const found = served.find(({ entry }) => entry.name === name && entry.version === version);
      if (!found) throw new ServerError('MODEL_NOT_FOUND', `The model ${name} is served no more.`);
      return found.tokenizer.tokenize(texts);
    },
    repository: async () => {
      const entries = await readRepository(source, adapter).catch(() => []);
      const gone = served.flatMap(({ entry }) => (entries.some((other) => isSameVersion(entry, other)) ? [] : [entry]));
      return [...entries.map((entry) => stateOf(entry, true)), ...gone.map((entry) => stateOf(entry, false))];
    },
    load: (name) =>
      inTurn(async () => {
        await checkKnown(name);
        unloaded.delete(name);
        await update(name);
      }),
    unload: (name) =>
      inTurn(async () => {
        await checkKnown(name);
        unloaded.add(name);
        const old = served.filter(({ entry }) => entry.name === name);
        served = served.filter((one) => !old.includes(one));
        old.forEach(retire);
      }),
    reload: () => inTurn(() => update()),
    drain: async () => {
      closing = true;
      await Promise.all([...models().map((model) => model.drain()), ...leaving]);
    },
    close: async () => {
      closing = true;
      await Promise.all(served.map(closeOne));
      await Promise.all([...leaving]); // a reload that still opens models closes them itself
    },
  };
};
