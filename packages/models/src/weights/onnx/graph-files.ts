import { ModelError } from '../../errors.js';
import type { FileSource } from '../../sources/file-source.js';
import { checkNotPointer } from '../../sources/git-lfs.js';
import type { GraphWeights } from './graph-weights.js';
import { readGraphWeightsBeside } from './graph-weights.js';

/** What weights that were read out of an ONNX file say of it. */
export interface GraphOrigin extends Omit<GraphWeights, 'tensors'> {
  /** Its path inside the source. */
  readonly path: string;
}

/** Names of ONNX files as exporters give them, the most precise first; each may stand in a folder `onnx` or beside config.json. */
const graphNames = /* @__PURE__ */ ['', '_fp16', '_quantized', '_int8', '_uint8', '_q4', '_q4f16'].flatMap((kind) => [
  `onnx/model${kind}.onnx`,
  `model${kind}.onnx`,
]);

/** The ONNX file that weights can be read out of: that of the highest precision; undefined where there is none by a standard name. */
export const findGraph = async (source: FileSource): Promise<string | undefined> => {
  for (const name of graphNames) if (await source.exists(name)) return name;
  return undefined;
};

/**
 * Reads the weights out of an ONNX file, and out of files beside it that it names.
 *
 * @throws ModelError `FILE_NOT_FOUND`, `FILE_INVALID`
 */
export const readGraphFile = async (
  source: FileSource,
  path: string,
): Promise<Pick<GraphWeights, 'tensors'> & { readonly graph: GraphOrigin }> => {
  const bytes = await source.read(path);
  checkNotPointer(bytes, `${source.name}/${path}`);
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  try {
    const { tensors, ...origin } = await readGraphWeightsBeside(bytes, (file) => source.read(`${folder}${file}`));
    return { tensors, graph: { path, ...origin } };
  } catch (error) {
    throw error instanceof ModelError
      ? new ModelError(error.code, `${source.name}/${path}: ${error.message}`, { cause: error })
      : error;
  }
};
