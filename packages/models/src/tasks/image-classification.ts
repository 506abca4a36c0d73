import type { ModelConfig } from '../architectures/model-config.js';
import { ModelError } from '../errors.js';
import { isRawImage } from '../images/image-input.js';
import { isOfClass } from '../architectures/checkpoint-class.js';
import { distinctLabels } from './class-labels.js';
import type { ImageExample } from './image-example.js';
import { imagesData } from './images-data.js';
import type { LabelledInput } from './labelled-input.js';
import { sequenceClassification } from './sequence-classification.js';
import type { Task } from './task.js';
import type { TaskDefinition } from './task-definition.js';

/** How a checkpoint is classified by: the first token, or that and the one which learned from a teacher. */
export interface ImageClassificationOptions {
  /** Whether the mean of two heads answers, on the first and the second token (DeiT). Default false. */
  readonly withTeacher?: boolean | undefined;
}

const suffixes = ['ForImageClassification', 'ForImageClassificationWithTeacher'] as const;

/**
 * One of several labels for an image.
 *
 * @param labels names of the classes, all different
 * @throws ModelError `OPTION_INVALID` when two are the same
 */
export const imageClassification = (
  labels: readonly string[],
  { withTeacher = false }: ImageClassificationOptions = {},
): Task<ImageExample> => {
  const ofTexts = sequenceClassification(labels);
  const { target } = ofTexts;
  const only = (): never => {
    throw new ModelError('TEXT_UNSUPPORTED', 'A text came, and the model classifies images; give images.');
  };
  return {
    ...ofTexts,
    name: 'image-classification',
    data: imagesData,
    usualLength: 2 ** 16, // as long as an image is
    pair: 'none',
    readout: { pool: withTeacher ? 'first-two' : 'first', outputs: labels.length },
    checkpoint: { classSuffix: suffixes[withTeacher ? 1 : 0] },

    encode: ({ images }, examples): LabelledInput[] =>
      examples.map(({ image, label, id }, index) => {
        const name = `Image ${id ?? index + 1}`;
        if (label === undefined)
          throw new ModelError('DATA_INVALID', `${name} has no label; training and scoring need one.`);
        if (!images || !isRawImage(image))
          throw new ModelError(
            'DATA_INVALID',
            `${name} ${images ? 'has not been read yet; read its file first (readImageExamples)' : 'came to a model that reads texts'}.`,
          );
        try {
          const { ids, pixels } = images.read(image);
          return { input: { ids, pixels }, target: target(label) };
        } catch (error) {
          if (!(error instanceof ModelError)) throw error;
          throw new ModelError(error.code, `${name}: ${error.message}`, { cause: error });
        }
      }),
    prepare: only,
  };
};

const readsImages = (config: ModelConfig): boolean => suffixes.some((suffix) => isOfClass(config, suffix));

/** Whether an example is of this kind, whoever read it. */
const isImageExample = (example: unknown): boolean =>
  typeof example === 'object' && example !== null && 'image' in example;

/** How classification of images is found: by the class of a checkpoint. */
export const imageClassificationDefinition: TaskDefinition<ImageExample> = {
  name: 'image-classification',
  fits: readsImages,
  make: (labels, config) =>
    imageClassification(distinctLabels(labels), {
      withTeacher: config !== undefined && isOfClass(config, suffixes[1]),
    }),
  suits: (examples) => examples.length > 0 && examples.every(isImageExample),
  labels: {
    of: (examples) => [...new Set(examples.flatMap(({ label }) => label ?? []))].sort(),
    problem: (labels) =>
      labels.length >= 2
        ? undefined
        : 'The training images carry fewer than two labels; classification needs two or more.',
  },
};
