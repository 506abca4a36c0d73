import type { Architecture } from './architecture.js';
import type { ParameterSpec } from './parameter-specs.js';
import { storedName } from './parameter-specs.js';

const isSpec = (node: object): node is ParameterSpec => 'name' in node && 'shape' in node;

/** All weights that a tree of specifications asks for. */
export const specsIn = (specs: unknown): ParameterSpec[] => {
  if (typeof specs !== 'object' || specs === null) return [];
  return isSpec(specs) ? [specs] : Object.values(specs).flatMap(specsIn);
};

/** Names of the weights that a tree of specifications asks for, each with those that it may have: its own, and that of what it is a part of. */
export const weightNames = (specs: unknown): (readonly [own: string, stored: string])[] =>
  specsIn(specs).map((spec) => [spec.name, storedName(spec)]);

/** Names of the tensors that a tree of specifications asks for. */
export const tensorNames = (specs: unknown): string[] => weightNames(specs).map(([, stored]) => stored);

/** The names that a tensor may have in a file: with the prefix of its family, or without. */
export const namesInFile = (name: string, { prefix }: Pick<Architecture, 'prefix'>): readonly string[] =>
  name.startsWith(prefix) ? [name, name.slice(prefix.length)] : [name];
