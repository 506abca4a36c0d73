import type { ImageShape } from '@length-adaptive/core/encoder';
import type { RawImage } from './raw-image.js';

/** An image as a model reads it. All lists have one entry a token: those before the patches, then the patches row by row. */
export interface ImageEncoding {
  /** 0 for each token. */
  readonly ids: number[];
  readonly typeIds: number[];
  /** `[CLS]`, `[DISTILL]`, and of patches their place: `2,5` for the third row, sixth column. */
  readonly tokens: string[];
  readonly offsets: null[];
  readonly sequenceIds: (0 | null)[];
  readonly truncated: false;
  /** The numbers of its pixels: [channels, height, width] */
  readonly pixels: Float32Array;
}

/** How images become inputs of a model. */
export interface ImageReader {
  readonly shape: ImageShape;
  /**
   * An image as the model reads it.
   *
   * @throws ModelError `IMAGE_INVALID`
   */
  read(image: RawImage): ImageEncoding;
}
