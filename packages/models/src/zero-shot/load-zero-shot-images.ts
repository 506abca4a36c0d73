import type { OpenModelDirectory } from '../folder/model-directory.js';
import { openModelDirectory } from '../folder/model-directory.js';
import { orDispose } from '../model/lifetime.js';
import { openTrainedModel } from '../model/open-model.js';
import type { OpenModelOptions } from '../model/open-model.js';
import type { RunnableTextModel } from '../model/runnable-model.js';
import type { FileSource } from '../sources/file-source.js';
import type { ZeroShotImageClassifier } from './zero-shot-images.js';
import { createZeroShotImageClassifier } from './zero-shot-images.js';

/** The logarithm of the scale that CLIP begins to learn with. */
const usualScale = Math.log(1 / 0.07);

/** What the cosines of a model are multiplied by: what it has learned, or what its config.json begins with. */
const logitScaleOf = async ({ config, tensors }: OpenModelDirectory): Promise<number> => {
  const stored = tensors.get('logit_scale');
  const { logit_scale_init_value: first } = config;
  if (!stored) return Math.exp(typeof first === 'number' ? first : usualScale);
  if ('data' in stored) return Math.exp(stored.data[0] ?? usualScale);
  const bytes = new Uint8Array(stored.bytes);
  await stored.readInto(bytes);
  return Math.exp(stored.decode(bytes)[0] ?? usualScale);
};

/** How the towers of a model are opened. */
export interface LoadZeroShotImageOptions extends Omit<OpenModelOptions, 'task' | 'tower'> {
  /** What opens them. Default: `openTrainedModel`, on TensorFlow.js; `openOnnx` of `@length-adaptive/onnx` runs them on ONNX Runtime. */
  readonly open?:
    ((source: string | FileSource, options: Pick<OpenModelOptions, 'tower'>) => Promise<RunnableTextModel>) | undefined;
}

/**
 * A zero-shot classifier of images by a model of two towers, such as CLIP: an image is what the sentence says of it whose vector is nearest.
 *
 * @param source a folder, `npm:package`, web address, Hub repository, or a `FileSource` of the whole model
 * @throws ModelError as `openTrainedModel` does
 * @example
 * const classifier = await loadZeroShotImageClassifier('models/clip-vit-base-patch32');
 * const { labels } = await classifier.classify(await readImage('cat.jpg'), ['a cat', 'a dog'], { budget: { cost: 0.6 } });
 */
export const loadZeroShotImageClassifier = async (
  source: string | FileSource,
  { open = openTrainedModel, ...options }: LoadZeroShotImageOptions = {},
): Promise<ZeroShotImageClassifier> => {
  const directory = await openModelDirectory(source, { ...options, adapter: false });
  const logitScale = await logitScaleOf(directory).finally(() => directory.close());
  const images = await open(source, { ...options, tower: 'images' });
  try {
    const texts = await open(source, { ...options, tower: 'texts' });
    return orDispose(texts.model, () => createZeroShotImageClassifier({ images, texts, logitScale }));
  } catch (error) {
    images.model.dispose();
    throw error;
  }
};
