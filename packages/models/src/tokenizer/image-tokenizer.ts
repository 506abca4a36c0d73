import type { ImageShape } from '@length-adaptive/core/encoder';
import { imageTokens, patchGrid } from '@length-adaptive/core/encoder';
import { ModelError } from '../errors.js';
import { decodeJson } from '../sources/file-source.js';
import type { Tokenizer } from './tokenizer.js';
import type { TokenizerFiles } from './tokenizer-files.js';
import type { ImageProcessing } from '../images/image-processor.js';
import { processImage, readImageProcessing } from '../images/image-processor.js';
import { preprocessorFileName } from '../images/preprocessor-file.js';
import type { ImageReader } from '../images/image-reader.js';

/** What an image without a crop or a fixed size comes out as is known when it is read. */
const sizeBeforehand = ({
  resize,
  crop,
}: ImageProcessing): { readonly height: number; readonly width: number } | undefined => {
  if (crop) return crop;
  return resize && !('shortestEdge' in resize.size) ? resize.size : undefined;
};

/** @throws ModelError `CONFIG_INVALID` for images of another size than the positions are for */
const checkSize = (processing: ImageProcessing, { height, width, patch }: ImageShape): void => {
  const size = sizeBeforehand(processing);
  if (size === undefined || (size.height === height && size.width === width)) return;
  throw new ModelError(
    'CONFIG_INVALID',
    `${preprocessorFileName} makes images of ${size.width} x ${size.height} pixels, and config.json has positions for ${width} x ${height} in patches of ${patch}: ` +
      'the two files belong to different models, or the positions would have to be interpolated, which is not supported.',
  );
};

/** Reads images by what a `preprocessor_config.json` says. @throws ModelError `CONFIG_INVALID` */
export const createImageReader = (settings: Readonly<Record<string, unknown>>, shape: ImageShape): ImageReader => {
  const processing = readImageProcessing(settings, shape.channels);
  checkSize(processing, shape);
  const { columns } = patchGrid(shape);
  const { leading } = shape;
  const names = Array.from({ length: imageTokens(shape) }, (_, token) => {
    if (token < leading) return token === 0 ? '[CLS]' : '[DISTILL]';
    const place = token - leading;
    return `${Math.floor(place / columns)},${place % columns}`;
  });
  return {
    shape,
    read: (image) => ({
      ids: names.map(() => 0),
      typeIds: names.map(() => 0),
      tokens: [...names],
      offsets: names.map(() => null),
      sequenceIds: names.map((_, token) => (token < leading ? null : 0)),
      truncated: false,
      pixels: processImage(image, processing, shape),
    }),
  };
};

/**
 * What stands in the place of the tokenizer of a model that reads images: it refuses texts.
 *
 * @throws ModelError `FILE_NOT_FOUND` without a preprocessor_config.json, `CONFIG_INVALID` for one that is not supported
 */
export const imageTokenizer = (files: TokenizerFiles, shape: ImageShape): Tokenizer => {
  const bytes = files[preprocessorFileName];
  if (bytes === undefined)
    throw new ModelError(
      'FILE_NOT_FOUND',
      `The model reads images and comes without a ${preprocessorFileName}, which says how: put that of the model beside its config.json.`,
    );
  const images = createImageReader(decodeJson(bytes, preprocessorFileName), shape);
  return {
    images,
    encode: () => {
      throw new ModelError('TEXT_UNSUPPORTED', 'A text came, and the model reads images; give images.');
    },
    decode: () => '',
    idOf: () => undefined,
    tokenOf: (id) => (id === 0 ? 'patch' : undefined),
    vocabularySize: 1,
    padId: 0,
  };
};
