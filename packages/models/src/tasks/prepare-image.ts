import { ModelError } from '../errors.js';
import type { ImageReader } from '../images/image-reader.js';
import type { RawImage } from '../images/raw-image.js';
import { checkThreshold } from './sequence-task.js';
import type { PreparedText, PrepareOptions, Task } from './task.js';

/**
 * An image, ready to run. Only tasks on whole inputs answer it: the others quote a text.
 *
 * @throws ModelError `IMAGE_INVALID`; `OPTION_INVALID` for another task, or a threshold that is no probability
 */
export const prepareImage = (
  task: Task,
  reader: ImageReader,
  image: RawImage,
  { threshold }: Pick<PrepareOptions, 'threshold'> = {},
): PreparedText => {
  const read = task.answer;
  if (!read)
    throw new ModelError('OPTION_INVALID', `${task.name} answers in words of a text, and an image came; give a text.`);
  checkThreshold(threshold);
  return { inputs: [reader.read(image)], answer: ([logits]) => read(logits ?? [], threshold) };
};
