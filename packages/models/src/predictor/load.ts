import { orDispose } from '../model/lifetime.js';
import type { OpenModelOptions } from '../model/open-model.js';
import { openTrainedModel } from '../model/open-model.js';
import type { FileSource } from '../sources/file-source.js';
import type { Predictor } from './predictor.js';
import { createPredictor } from './predictor.js';

/**
 * Loads a model and gives the predictor of it.
 *
 * @param source a folder, `npm:package`, web address, Hugging Face Hub repository, or a `FileSource`
 * @throws ModelError when a file is missing, broken, of an architecture that is not known, or has no trained head
 * @example
 * const predictor = await load('models/reviews');
 * const [answer] = await predictor.predict(['Great for the jawbone.'], { budget: { cost: 0.5 } });
 */
export const load = async (source: string | FileSource, options: OpenModelOptions = {}): Promise<Predictor> => {
  const text = await openTrainedModel(source, options);
  return orDispose(text.model, () => createPredictor(text));
};
