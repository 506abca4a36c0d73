/** Images on a disk, by folders: `FOLDER/LABEL/*.jpg`. */
import { ModelError } from '../errors.js';
import { nodeModule } from '../sources/node.js';

/** A file of an image, and the folder that it is in. */
export interface ImageFile {
  readonly image: string;
  readonly label: string;
  /** The path below the folder of all. */
  readonly id: string;
}

const isImageFile = (name: string): boolean => /\.(jpe?g|png|webp|gif|bmp|tiff?|avif)$/i.test(name);

/**
 * The images of a folder whose folders are labels, in the order of their names. Node only.
 *
 * @throws ModelError `FILE_NOT_FOUND`; `DATA_INVALID` for a folder without such
 */
export const readImageFolder = async (folder: string): Promise<ImageFile[]> => {
  const { readdir } = nodeModule('node:fs/promises');
  const { join } = nodeModule('node:path');
  const list = (path: string) =>
    readdir(path, { withFileTypes: true }).then(
      (entries) => entries.sort((a, b) => (a.name < b.name ? -1 : 1)),
      (error: unknown) => {
        throw new ModelError('FILE_NOT_FOUND', `There is no folder of images at ${path}.`, { cause: error });
      },
    );
  const labels = (await list(folder)).filter((entry) => entry.isDirectory());
  const files: ImageFile[] = [];
  for (const { name: label } of labels)
    for (const { name } of await list(join(folder, label)))
      if (isImageFile(name)) files.push({ image: join(folder, label, name), label, id: `${label}/${name}` });
  if (files.length > 0) return files;
  throw new ModelError(
    'DATA_INVALID',
    `${folder} holds no images; expected a folder for each label with JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF files in it.`,
  );
};
