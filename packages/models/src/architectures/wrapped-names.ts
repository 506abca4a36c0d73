import type { Architecture } from './architecture.js';
import type { ModelConfig } from './model-config.js';
import type { ModelWeights } from '../weights/read-weights.js';
import { findArchitecture } from './registry.js';
import { namesInFile, tensorNames } from './tensor-names-of.js';

/** What training wraps a model in: DataParallel, torch.compile, a module that holds it as `model`, or as what the family calls its encoder. All put their name before those of the tensors. */
const wrapperOf = ({ prefix }: Pick<Architecture, 'prefix'>): RegExp =>
  new RegExp(`^(?:(?:module|model|_orig_mod|${prefix.slice(0, -1).replaceAll('.', '\\.')})\\.)+`);

/**
 * The weights under the names that their family knows: a prefix of what a training script wrapped the model in (`module.`, `model.`, the family's own once more) is
 * taken off where the encoder lacks tensors that are there with one.
 */
export const withoutWrapper = <Tensor>(config: ModelConfig, weights: ModelWeights<Tensor>): ModelWeights<Tensor> => {
  const { tensors, unread } = weights;
  const architecture = findArchitecture(config);
  if (!architecture) return weights;
  const names = [...tensors.keys(), ...unread.keys()];
  const wrapper = wrapperOf(architecture);
  const unwrapped = (name: string): string => name.replace(wrapper, '');
  const wrapped = new Set(names.filter((name) => wrapper.test(name)).map(unwrapped));
  if (wrapped.size === 0) return weights;
  const known = new Set(names);
  const isLacking = (name: string): boolean => {
    const forms = namesInFile(name, architecture);
    return !forms.some((form) => known.has(form)) && forms.some((form) => wrapped.has(form));
  };
  if (!tensorNames(architecture.encoder(architecture.dimensions(config))).some(isLacking)) return weights;
  const rename = <T>(all: ReadonlyMap<string, T>): Map<string, T> =>
    new Map([...all].map(([name, tensor]) => [known.has(unwrapped(name)) ? name : unwrapped(name), tensor]));
  return { ...weights, tensors: rename(tensors), unread: rename(unread) };
};
