import type { OperatingPoint } from '@length-adaptive/core/lengths';
import { ModelError } from '../errors.js';
import type { SingleImage } from '../images/image-input.js';
import { cosine } from '../metrics/vectors.js';
import { createLifetime, endQuietly } from '../model/lifetime.js';
import type { RunnableTextModel } from '../model/runnable-model.js';
import { eachOrOne } from '../predictor/each-or-one.js';
import type { OnError, Outcomes, PredictOptions } from '../predictor/prediction.js';
import { createPredictor } from '../predictor/predictor.js';
import type { Unread } from '../predictor/read-each.js';
import type { LabelAnswer } from '../tasks/answer.js';
import { softmax } from '../tasks/softmax.js';
import { hypothesesOf, rankedLabels } from './hypotheses.js';

/** What the sentence of a label is where nobody says it. */
const usualTemplate = 'This is a photo of {}.';

/** Vectors of sentences that are remembered. */
const mostRemembered = 10_000;

export interface ZeroShotImageOptions extends Pick<PredictOptions, 'budget' | 'point' | 'signal' | 'onError'> {
  /** The sentence of a label, which takes the place of `{}`. Default `This is a photo of {}.` */
  readonly template?: string | undefined;
}

/** What is on an image. */
export interface ZeroShotImageAnswer {
  /** All labels, the most probable first. */
  readonly labels: readonly LabelAnswer[];
  /** The operating point that the image ran at. */
  readonly point: OperatingPoint;
  /** MACs that were spent on the image, as a share of what the full length would have spent. */
  readonly cost: number;
  /** Tokens of the image. */
  readonly tokens: number;
  readonly error?: undefined;
}

/** Stands in the place of an image that could not be read. */
export type FailedZeroShotImage = Unread<ZeroShotImageAnswer>;

/** Says which of some labels an image shows, that nobody trained it on. */
export interface ZeroShotImageClassifier {
  /** What runs the models: `tfjs`, `onnxruntime`. */
  readonly engine: string;
  /** What the cosine of an image and a label is multiplied by before the softmax over all labels. */
  readonly logitScale: number;
  /**
   * How probable each label is for each image, or for a single one. A budget or a point is that of the tower for images; sentences are read at the full length, once
   * each, and remembered.
   *
   * @throws ModelError `OPTION_INVALID` for labels or a template that are none; `IMAGE_INVALID`, and what `predict` throws
   * @example
   * const { labels } = await classifier.classify(await readImage('cat.jpg'), ['a cat', 'a dog'], { budget: { cost: 0.6 } });
   */
  classify<const Images extends SingleImage | readonly SingleImage[], Mode extends OnError | undefined = undefined>(
    images: Images,
    labels: readonly string[],
    options?: ZeroShotImageOptions & { readonly onError?: Mode },
  ): Promise<Outcomes<Images, Mode, ZeroShotImageAnswer, FailedZeroShotImage>>;
  /** Frees both models, once the calls under way are done. May be called again. */
  dispose(): void;
}

/** Two towers with vectors in one space. */
export interface TwoTowers {
  /** Makes vectors of images. */
  readonly images: RunnableTextModel;
  /** Makes vectors of texts. */
  readonly texts: RunnableTextModel;
  /** What their cosine is multiplied by. */
  readonly logitScale: number;
}

/**
 * A zero-shot classifier of images over two towers that are open. Disposing of it disposes of both.
 *
 * @throws ModelError `OPTION_INVALID` for models that make no vectors, of other inputs, or of another width each
 */
export const createZeroShotImageClassifier = ({ images, texts, logitScale }: TwoTowers): ZeroShotImageClassifier => {
  const widths = [images, texts].map(({ model: { task } }) => task.embedding && task.readout.outputs);
  const [wide, other] = widths;
  if (!images.model.dimensions.image || texts.model.dimensions.image || wide === undefined || wide !== other)
    throw new ModelError(
      'OPTION_INVALID',
      `Images are compared with texts by the vectors of two towers; these are of ${widths.map((width) => width ?? 'no').join(' and ')} numbers, and one has to read images, the other texts. ` +
        "Open both towers of one model: { tower: 'images' } and { tower: 'texts' }.",
    );
  const [ofImages, ofTexts] = [createPredictor(images), createPredictor(texts)];
  const known = new Map<string, ArrayLike<number>>();
  const vectorsOf = async (
    sentences: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<ArrayLike<number>[]> => {
    const fresh = sentences.filter((sentence) => !known.has(sentence));
    const found = fresh.length === 0 ? [] : await ofTexts.embed(fresh, { onError: 'throw', signal });
    const now = new Map(fresh.map((sentence, i) => [sentence, found[i]?.vector ?? []]));
    const vectors = sentences.map((sentence) => now.get(sentence) ?? known.get(sentence) ?? []);
    if (known.size + fresh.length > mostRemembered) known.clear();
    now.forEach((vector, sentence) => known.set(sentence, vector));
    return vectors;
  };
  const classify = async (
    given: readonly SingleImage[],
    labels: readonly string[],
    {
      template = usualTemplate,
      budget,
      point,
      signal,
      onError = given.length === 1 ? 'throw' : 'answer',
    }: ZeroShotImageOptions,
  ): Promise<(ZeroShotImageAnswer | FailedZeroShotImage)[]> => {
    const sentences = await vectorsOf(hypothesesOf(labels, { template }), signal);
    const found = await ofImages.predict(given, { budget, point, signal, onError });
    return found.map((answer) => {
      if (answer.error) return { error: answer.error };
      const { embedding: vector = [], point: ran, cost, tokens } = answer;
      const scores = softmax(sentences.map((sentence) => logitScale * cosine(vector, sentence)));
      return { labels: rankedLabels(labels, scores), point: ran, cost, tokens };
    });
  };
  const lifetime = createLifetime('The classifier', () => {
    ofImages.dispose();
    ofTexts.dispose();
  });
  return {
    engine: ofImages.engine,
    logitScale,
    classify: (async (given: SingleImage | readonly SingleImage[], labels: readonly string[], options = {}) =>
      eachOrOne((some: readonly SingleImage[]) => lifetime.during(() => classify(some, labels, options)))(
        given,
      )) as ZeroShotImageClassifier['classify'],
    dispose: () => endQuietly(lifetime),
  };
};
