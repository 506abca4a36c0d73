import type { ModelConfig } from '../architectures/model-config.js';
import { architectureOf } from '../architectures/registry.js';
import { namesInFile, tensorNames } from '../architectures/tensor-names-of.js';

/** A name whatever its numbers, those of layers. */
const formOf = (name: string): string => name.replace(/\d+/g, '#');

/**
 * Tensors that the encoder would have if it had other layers: a file with more layers than its config.json counts.
 *
 * @param names those that the file has
 */
export const surplusWeights = (names: Iterable<string>, config: ModelConfig): string[] => {
  const architecture = architectureOf(config);
  const asked = tensorNames(architecture.encoder(architecture.dimensions(config)));
  const known = new Set(asked.flatMap((name) => namesInFile(name, architecture)));
  const forms = new Set([...known].filter((name) => /\d/.test(name)).map(formOf));
  return [...names].filter((name) => !known.has(name) && forms.has(formOf(name)));
};

const shown = 3;

/** What a user should know of such tensors: a sentence, or none. */
export const surplusNotes = (names: Iterable<string>, config: ModelConfig): string[] => {
  const surplus = surplusWeights(names, config);
  if (surplus.length === 0) return [];
  const more = surplus.length > shown ? ` and ${surplus.length - shown} others` : '';
  const { layersKey } = architectureOf(config);
  return [
    `Layers that config.json does not count ("${layersKey}" is ${JSON.stringify(config[layersKey])}) are left out: ${surplus.slice(0, shown).join(', ')}${more}.`,
  ];
};
