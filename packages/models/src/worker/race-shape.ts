import type { RaceShape } from '@length-adaptive/core/backend';
import { architectureOf } from '../architectures/registry.js';
import type { ModelConfig } from '../architectures/model-config.js';
import { decodeJson } from '../sources/file-source.js';
import type { FileSource } from '../sources/file-source.js';

/** Most tokens of the pass that is raced with: as many as texts have that are worth the time. */
const mostTokens = 128;

/**
 * The shape by which the backends race that may run a model.
 *
 * @returns undefined where the files do not say it: whoever opens them says what is wrong
 */
export const raceShapeOf = async (files: FileSource): Promise<RaceShape | undefined> => {
  try {
    const config = decodeJson(await files.read('config.json'), 'config.json') as ModelConfig;
    const { layers, hiddenSize, intermediateSize, heads, positions } = architectureOf(config).dimensions(config);
    return { layers, hiddenSize, intermediateSize, heads, tokens: Math.min(mostTokens, positions) };
  } catch {
    return undefined;
  }
};
