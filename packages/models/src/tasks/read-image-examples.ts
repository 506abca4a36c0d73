import { ModelError } from '../errors.js';
import { readImage } from '../images/decode-image.js';
import { isRawImage } from '../images/image-input.js';
import { nodeModule } from '../sources/node.js';
import type { ImageExample } from './image-example.js';

/** Files that are decoded at once. */
const atOnce = 8;

/** A path as it is meant in a file of that folder. */
const within = (folder: string | undefined, image: string): string => {
  if (folder === undefined || /^[a-z][a-z0-9+.-]*:/i.test(image)) return image;
  const { isAbsolute, join } = nodeModule('node:path');
  return isAbsolute(image) ? image : join(folder, image);
};

/**
 * Reads the files of images.
 *
 * @param folder that their paths are relative to. Default: the one the program runs in
 * @throws ModelError what `readImage` throws: the message names the image
 */
export const readImageExamples = async (
  examples: readonly ImageExample[],
  folder?: string,
): Promise<ImageExample[]> => {
  const read = async (example: ImageExample, at: number): Promise<ImageExample> => {
    const { image, id = String(at + 1) } = example;
    if (isRawImage(image)) return example;
    try {
      return { ...example, image: await readImage(typeof image === 'string' ? within(folder, image) : image) };
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      throw new ModelError(error.code, `Image ${id}: ${error.message}`, { cause: error });
    }
  };
  const found: ImageExample[] = [];
  for (let at = 0; at < examples.length; at += atOnce)
    found.push(...(await Promise.all(examples.slice(at, at + atOnce).map((example, i) => read(example, at + i)))));
  return found;
};
