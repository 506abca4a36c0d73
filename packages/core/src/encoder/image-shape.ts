/** The images that an encoder reads in the place of texts: cut into squares, each of which is a token. */
export interface ImageShape {
  /** Numbers of a pixel: 3 of a colour, 1 of a grey. */
  readonly channels: number;
  /** In pixels; what is left over on the right and below is not read. */
  readonly height: number;
  readonly width: number;
  /** Side of a patch, in pixels. */
  readonly patch: number;
  /** Tokens before the patches: the one that is classified, and that of a teacher where there is one. */
  readonly leading: 1 | 2;
}

/** Rows and columns of patches. */
export const patchGrid = ({
  height,
  width,
  patch,
}: ImageShape): { readonly rows: number; readonly columns: number } => ({
  rows: Math.floor(height / patch),
  columns: Math.floor(width / patch),
});

/** Patches of an image. */
export const patchCount = (image: ImageShape): number => {
  const { rows, columns } = patchGrid(image);
  return rows * columns;
};

/** Numbers of a patch. */
export const patchSize = ({ channels, patch }: ImageShape): number => channels * patch * patch;

/** Tokens of an image. */
export const imageTokens = (image: ImageShape): number => image.leading + patchCount(image);

/** Numbers of an image. */
export const pixelCount = ({ channels, height, width }: ImageShape): number => channels * height * width;

/**
 * The pixels of an image, channel by channel and row by row, as patches row by row, each with its numbers in that order.
 *
 * @param to takes them: [patches, channels * patch * patch] from `offset` on
 */
export const cutPatches = (
  pixels: ArrayLike<number>,
  image: ImageShape,
  { to, offset }: { readonly to: Float32Array; readonly offset: number },
): void => {
  const { channels, height, width, patch } = image;
  const { rows, columns } = patchGrid(image);
  let at = offset;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      for (let channel = 0; channel < channels; channel++)
        for (let y = 0; y < patch; y++) {
          const from = (channel * height + row * patch + y) * width + column * patch;
          for (let x = 0; x < patch; x++) to[at++] = pixels[from + x] as number;
        }
};
