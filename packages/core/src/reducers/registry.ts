import { CoreError } from '../errors.js';
import { attentionDefinition } from './attention-reducer.js';
import { clsAttentionDefinition } from './cls-attention-reducer.js';
import { fuseDefinition } from './merging/fuse-reducer.js';
import { poolDefinition } from './merging/pool-reducer.js';
import { tokenPoolingDefinition } from './merging/token-pooling-reducer.js';
import { tomeDefinition } from './merging/tome-reducer.js';
import type { TokenPredictor } from './token-predictor.js';
import { skimDefinition } from './skim/skim-reducer.js';
import { priorDefinition } from './prior-reducer.js';
import type { NamedReducer, Reducer, ReducerSettings } from './reducer.js';
import type { ReducerDefinition } from './reducer-definition.js';

const builtIn: readonly ReducerDefinition[] = [
  attentionDefinition,
  clsAttentionDefinition,
  tomeDefinition,
  poolDefinition,
  fuseDefinition,
  tokenPoolingDefinition,
  skimDefinition,
  priorDefinition,
];

interface Registered {
  readonly definitions: Map<string, ReducerDefinition>;
  /** Every reducer that a definition has made. */
  readonly made: WeakSet<Reducer>;
}

/** A process may hold this package twice, as an ES module and as a CommonJS one: what is registered with one, the other knows. */
const place = Symbol.for('@length-adaptive/core/reducers');

const registered = (): Registered => {
  const home = globalThis as { [place]?: Registered };
  return (home[place] ??= { definitions: new Map(), made: new WeakSet() });
};

const definitionOf = (name: string): ReducerDefinition | undefined =>
  builtIn.find((definition) => definition.name === name) ?? registered().definitions.get(name);

/** The names of all reducers that models can name: those of this package, then those that were registered. */
export const reducerNames = (): string[] => [...builtIn.map(({ name }) => name), ...registered().definitions.keys()];

/**
 * Makes a reducer known by its name, in this thread: to `openModel`, to the command line, and to every model whose folder names it. A
 * program whose workers are threads hands the module that calls this to Node (`node --import ./my-reducer.mjs`), whose threads load it too.
 *
 * @throws CoreError `OPTION_INVALID` for a name that is no word, or that another definition has
 * @example
 * registerReducer({
 *   name: 'large-states',
 *   create: () => ({ name: 'large-states', score: (ops, { entering, tokens }) => ops.magnitudes(entering, tokens) }),
 * });
 */
export const registerReducer = (definition: ReducerDefinition): void => {
  const { name } = definition;
  if (!/^[a-z0-9][a-z0-9._-]*$/i.test(name)) {
    throw new CoreError(
      'OPTION_INVALID',
      `A reducer is to be registered as ${JSON.stringify(name)}; expected a name of letters, digits, dots, hyphens and underscores.`,
    );
  }
  const known = definitionOf(name);
  if (known === definition) return;
  if (known) {
    throw new CoreError(
      'OPTION_INVALID',
      `There is a reducer "${name}" already, and its definition is another one; choose another name, or register each definition once.`,
    );
  }
  registered().definitions.set(name, definition);
};

/** How to mend a name that nobody has registered. */
const unknown = (name: string): CoreError =>
  new CoreError(
    'REDUCER_UNKNOWN',
    `There is no reducer "${name}"; known: ${reducerNames().join(', ')}. If it is one of your own, register it before the model is opened: registerReducer(...) of @length-adaptive/core, on the command line in a module that Node loads first (NODE_OPTIONS="--import ./my-reducer.mjs").`,
  );

/**
 * The reducer of a name, with its settings.
 *
 * @throws CoreError `REDUCER_UNKNOWN`, listing the known ones; `OPTION_INVALID` for settings that it does not take
 * @example
 * const { hidden } = encode(weights, inputs, { config: [0.8, 0.6], reducer: findReducer('cls-attention') });
 */
export const findReducer = (name: string, settings: ReducerSettings = {}): Reducer => {
  const definition = definitionOf(name);
  if (!definition) throw unknown(name);
  const { problem = noSettings, create } = definition;
  const wrong = problem(settings);
  if (wrong !== undefined) throw new CoreError('OPTION_INVALID', `The reducer ${name} ${wrong}.`);
  const reducer = create(settings);
  registered().made.add(reducer);
  return reducer;
};

const noSettings = (settings: ReducerSettings): string | undefined => {
  const names = Object.keys(settings);
  return names.length === 0 ? undefined : `has no settings, and ${names.join(', ')} came`;
};

/** Whether a reducer is one that its name and settings give again: what a model's folder may say. */
export const isRegisteredReducer = (reducer: Reducer): boolean => {
  if (registered().made.has(reducer)) return true;
  const { name, settings = {} } = reducer;
  const definition = definitionOf(name);
  if (!definition || (definition.problem ?? noSettings)(settings) !== undefined) return false;
  return definition.create(settings) === reducer;
};

/** A text that says which reducer it is: its name where it has no settings. Equal for equal ones. */
export const reducerKey = ({ name, settings = {} }: NamedReducer): string => {
  const sorted = Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.length === 0 ? name : `${name} ${JSON.stringify(Object.fromEntries(sorted))}`;
};

/** The reducer of a name and settings; undefined for one that is not known here. */
const knownReducer = ({ name, settings }: NamedReducer): Reducer | undefined =>
  definitionOf(name) === undefined ? undefined : findReducer(name, settings);

/** What a reducer learns, by its name and settings; undefined for one that learns nothing, or is not known here. */
export const predictorOf = (reducer: NamedReducer): TokenPredictor | undefined => knownReducer(reducer)?.predictor;

/** Whether a reducer ranks by the prior of an input and nothing else, by its name and settings; false for one that is not known here. */
export const needsPrior = (reducer: NamedReducer): boolean => knownReducer(reducer)?.needsPrior ?? false;

/** Whether those that the first layer lets go leave before it, by a reducer's name and settings; false for one that is not known here. */
export const leavesBefore = (reducer: NamedReducer): boolean => knownReducer(reducer)?.before !== undefined;

/** Multiply-accumulates of what a reducer has learned, for each token that enters a layer which some leave; 0 for one that learns nothing. */
export const predictorMacs = (reducer: NamedReducer, hidden: number, heads: number, attended?: number): number =>
  predictorOf(reducer)?.macs(hidden, heads, attended) ?? 0;
