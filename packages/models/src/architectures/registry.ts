import { ModelError } from '../errors.js';
import type { ModelConfig } from './model-config.js';
import type { Architecture } from './architecture.js';
import { albert } from './albert.js';
import { bert } from './bert.js';
import { clip, clipVision } from './clip.js';
import { clipText } from './clip-text.js';
import { deberta } from './deberta.js';
import { deit } from './deit.js';
import { distilbert } from './distilbert.js';
import { electra } from './electra.js';
import { funnel } from './funnel.js';
import { gte, newGte } from './gte.js';
import { mobilebert } from './mobilebert.js';
import { mpnet } from './mpnet.js';
import { modernbert } from './modernbert.js';
import { nomicBert, nomicBertByUsualKeys } from './nomic-bert.js';
import { nearestName } from './nearest-name.js';
import { camembert, roberta, xlmRoberta } from './roberta.js';
import { tinybert } from './tinybert.js';
import { vit } from './vit.js';

const builtIn: readonly Architecture[] = [
  bert,
  distilbert,
  tinybert,
  mobilebert,
  roberta,
  xlmRoberta,
  camembert,
  mpnet,
  electra,
  albert,
  modernbert,
  deberta,
  funnel,
  nomicBertByUsualKeys,
  nomicBert,
  newGte,
  gte,
  vit,
  deit,
  clip,
  clipVision,
  clipText,
];

/** A process may hold this package twice, as an ES module and as a CommonJS one: what is registered with one, the other knows. */
const place = Symbol.for('@length-adaptive/models/architectures');

const registered = (): Map<string, Architecture> => {
  const home = globalThis as { [place]?: Map<string, Architecture> };
  return (home[place] ??= new Map<string, Architecture>());
};

const architectureNamed = (name: unknown, config: ModelConfig = {}): Architecture | undefined =>
  builtIn.find(({ modelType, accepts }) => modelType === name && (!accepts || accepts(config))) ??
  (typeof name === 'string' ? registered().get(name) : undefined);

/** The `model_type` of all families that are known: those of this package, then those that were registered. */
export const architectureNames = (): string[] => [
  ...new Set(builtIn.map(({ modelType }) => modelType)),
  ...registered().keys(),
];

/**
 * Makes a family of encoders known by its `model_type`, in this thread: to `openModel`, to the command line, to both engines. A program
 * whose workers are threads hands the module that calls this to Node (`node --import ./my-family.mjs`), whose threads load it too.
 *
 * @throws ModelError `OPTION_INVALID` for a `model_type` that is empty, or that another definition has
 * @example
 * registerArchitecture({ ...architectureOf({ model_type: 'bert' }), modelType: 'my-bert', classPrefix: 'MyBert' });
 */
export const registerArchitecture = (architecture: Architecture): void => {
  const { modelType } = architecture;
  if (modelType === '') {
    throw new ModelError(
      'OPTION_INVALID',
      'A family is to be registered with no modelType; expected the "model_type" of its config.json.',
    );
  }
  const own = architectureNamed(modelType);
  if (own === architecture) return;
  if (own) {
    throw new ModelError(
      'OPTION_INVALID',
      `There is a family "${modelType}" already, and its definition is another one; choose another model_type, or register each definition once.`,
    );
  }
  registered().set(modelType, architecture);
};

/** Early checkpoints of BERT and TinyBERT do not name their family; these keys are theirs. */
const bertKeys = ['hidden_size', 'num_hidden_layers', 'num_attention_heads', 'intermediate_size'];

/** The architecture that a config.json names, undefined when it is none of those that are known. */
export const findArchitecture = (config: ModelConfig): Architecture | undefined => {
  const name = config['model_type'];
  if (name === undefined && bertKeys.every((key) => key in config))
    return 'emb_size' in config || 'cell' in config ? tinybert : bert;
  return architectureNamed(name, config);
};

/**
 * The class of a model that Python code beside it defines, where that is none of a family's own: models of families that came to the library
 * later still name the code that they began with.
 */
const remoteCode = (config: ModelConfig, family: Architecture | undefined): string | undefined => {
  const { auto_map: map, architectures } = config;
  if (typeof map !== 'object' || map === null) return undefined;
  const [own] = Array.isArray(architectures) ? (architectures as readonly unknown[]) : [];
  const isFamily = family && (typeof own !== 'string' || own.startsWith(family.classPrefix));
  const [code] = Object.entries(map).flatMap(([key, name]) => (key.startsWith('AutoModel') ? [String(name)] : []));
  return isFamily === true ? undefined : code;
};

const nearestTo = (name: unknown): string => {
  const nearest = typeof name === 'string' && nearestName(name, architectureNames());
  return nearest ? ` (nearest by name: "${nearest}")` : '';
};

/**
 * The architecture that a config.json names.
 *
 * @throws ModelError `ARCHITECTURE_UNKNOWN`, with the known one that is nearest by name, and all of them; also for one whose code is its own
 */
export const architectureOf = (config: ModelConfig): Architecture => {
  const found = findArchitecture(config);
  const code = remoteCode(config, found);
  if (code !== undefined) {
    throw new ModelError(
      'ARCHITECTURE_UNKNOWN',
      `config.json: the model is built by code of its own (auto_map: ${code}), which is never run${nearestTo(config['model_type'])}; known: ${architectureNames().join(', ')}. ` +
        'With the tensors of one of these families it opens without "auto_map", under that "model_type".',
    );
  }
  if (found) return found;
  const name = config['model_type'];
  const problem =
    name === undefined
      ? `no "model_type", and not all of a BERT's ${bertKeys.join(', ')}`
      : `model_type ${JSON.stringify(name)} is not supported${nearestTo(name)}`;
  throw new ModelError(
    'ARCHITECTURE_UNKNOWN',
    `config.json: ${problem}; known: ${architectureNames().join(', ')}. Take a model of one of these families; if this one has their tensors under their names, set "model_type" in its config.json to that family; a family of your own is made known by registerArchitecture(...).`,
  );
};
