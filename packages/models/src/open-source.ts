import { directorySource } from './directory-source.js';
import { ModelError } from './errors.js';
import type { FileSource } from './files.js';
import { isNode, nodeModule } from './node.js';
import { npmSource } from './npm-source.js';
import type { NpmSourceOptions } from './npm-source.js';
import { hubEndpoint, hubSource, isHubId, urlSource } from './url-source.js';
import type { UrlSourceOptions } from './url-source.js';

/** How to open a source of files; what does not concern its kind is ignored. */
export interface OpenSourceOptions extends UrlSourceOptions, NpmSourceOptions {}

/** `owner/name@revision` of an address of the Hub as a browser shows it (`.../owner/name/tree/main`); undefined for other addresses. */
const hubIdOf = (address: string): string | undefined => {
  const endpoint = `${hubEndpoint()}/`;
  if (!address.startsWith(endpoint)) return undefined;
  const [, repository = '', revision] = /^([^/?#]+\/[^/?#]+)(?:\/(?:tree|resolve)\/([^/?#]+))?\/*$/.exec(address.slice(endpoint.length)) ?? [];
  const id = revision === undefined ? repository : `${repository}@${decodeURIComponent(revision)}`;
  return isHubId(id) ? id : undefined;
};

const isDirectory = async (path: string): Promise<boolean | undefined> => {
  if (!isNode()) return undefined;
  const { stat } = nodeModule('node:fs/promises');
  return stat(path).then(
    (entry) => entry.isDirectory(),
    () => undefined,
  );
};

/**
 * Opens whatever a user may name a model by: a folder on this computer, `npm:package`, a web address, or a Hugging Face
 * Hub repository `owner/name[@revision]`, looked for in this order. A `FileSource` is returned as it is.
 *
 * @throws ModelError `FILE_NOT_FOUND` when the text is none of them, `FILE_INVALID` when it names a file
 * @example
 * const source = await openSource('google-bert/bert-base-uncased');
 * const config = await source.read('config.json');
 */
export const openSource = async (source: string | FileSource, options: OpenSourceOptions = {}): Promise<FileSource> => {
  if (typeof source !== 'string') return source;
  if (source.startsWith('npm:')) return npmSource(source, options);
  if (/^https?:\/\//i.test(source)) {
    const inHub = hubIdOf(source);
    return inHub === undefined ? urlSource(source, options) : hubSource(inHub, options);
  }
  const local = await isDirectory(source);
  if (local === true) return directorySource(source);
  if (local === false) throw new ModelError('FILE_INVALID', `${source} is a file; expected the folder of a model, with its config.json.`);
  if (isHubId(source)) return hubSource(source, options);
  throw new ModelError(
    'FILE_NOT_FOUND',
    `There is no folder "${source}", and it is no Hub repository (owner/name), npm:package or web address either.` +
      (/^[\w.-]+$/.test(source) ? ` For a model of the Hub write its owner too, such as google-bert/${source}.` : ''),
  );
};
