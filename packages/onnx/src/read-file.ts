import type { NamedReducer } from '@length-adaptive/core/encoder';
import { attentionReducer, namedReducer } from '@length-adaptive/core/encoder';
import type { OperatingPoint, Ranks } from '@length-adaptive/core/lengths';
import { validateRanks } from '@length-adaptive/core/lengths';
import type { DepartedAnswer, Readout } from '@length-adaptive/models/engine';
import type { FilePlace, OpenFile } from '@length-adaptive/models/files';
import { checkNotPointer } from '@length-adaptive/models/files';
import { OnnxError } from './errors.js';
import type { ModelContent } from './graph/model-bytes.js';
import { alignment, largeBytes, pieceBytes, wholeBytes } from './graph/model-bytes.js';
import type { DataOf, ModelOutline } from './graph/model-outline.js';
import { outlineOf, outlinePieces, readOutline } from './graph/model-outline.js';
import { producerName } from './graph/producer-name.js';

/** The input that holds images. */
export const pixelsInput = 'pixel_values';

/** The input that holds length configurations. */
export const lengthsInput = 'length_ratios';

/** Metadata of a file: the configuration that is built in, or `input`. */
export const lengthConfigKey = 'length_config';

/** The input that says of each layer whether it runs, in files that leave it open. */
export const layersInput = 'running_layers';

/** Metadata of a file that leaves layers out: the numbers of those that it has, or `input`. Absent: it has all of them, and runs all. */
export const layersKey = 'layers';

/** Metadata of a file whose built-in configuration does not count the first tokens of an input: how many. */
export const floorKey = 'length_floor';

/** Metadata of a file of factors: the ranks that are built in, as JSON. */
export const ranksKey = 'ranks';

/** The input that holds what is known of each token's worth before the encoder runs, in files of models that rank by more than attention. */
export const priorInput = 'prior';

/** Metadata of such a file: the number of first layers that it counts in. */
export const priorLayersKey = 'prior_layers';

/** Metadata of a file whose layers keep another number of tokens at least than 2. */
export const minTokensKey = 'min_tokens';

/** No layer keeps fewer tokens than this, where a file says nothing. */
export const defaultMinTokens = 2;

/** Metadata of a file whose tokens are ranked by another reducer than attention: its name and its settings, as JSON. */
export const reducerMetadata = 'reducer';

/** Metadata of a file whose tokens, once they have left, answer otherwise than by their last state. */
export const departedKey = 'departed';

/** Metadata of a file that makes vectors: how it pools the states of the tokens. */
export const poolingKey = 'pooling';

/** A file that can be opened. */
export interface OnnxFile {
  /** The model; configurations and priors that are inputs have no default, because ONNX Runtime's JavaScript packages do not feed inputs that have one. */
  readonly bytes: Uint8Array;
  /** The operating point that is built in. */
  readonly builtIn: OperatingPoint | undefined;
  /** Whether it takes the layers that run as an input. */
  readonly choosesLayers: boolean;
  /** The ranks of the factors in it; undefined for whole matrices. */
  readonly ranks: Ranks | undefined;
  /** What ranks the tokens. */
  readonly reducer: NamedReducer;
  /** First layers in which a prior counts; 0 for a file that takes none. */
  readonly priorLayers: number;
  /** What a token that left answers. */
  readonly departed: DepartedAnswer;
  /** No layer keeps fewer tokens than this, or than the input has. */
  readonly minTokens: number;
  /** What its weights are stored in. */
  readonly precision?: string | undefined;
  /** How it pools the states of the tokens, where it makes vectors: `mean`, or `mean unit` where they have length 1. */
  readonly pooling?: string | undefined;
}

/** A file that can be opened, still to be written: the weights of it may be in another file yet. */
export interface OnnxContent extends Omit<OnnxFile, 'bytes'> {
  readonly content: ModelContent;
  /** The same with its large weights where they stand in a file already, each where a runtime can map it. Default: there is none. */
  readonly inPlace?: InPlace | undefined;
}

/** A model whose large weights are used where they stand. */
export interface InPlace {
  readonly place: FilePlace;
  /** The model without them. @param file how it names that file */
  readonly model: (file: string) => Uint8Array;
}

/** How a readout without an output layer pools, as a file says it; undefined for one that has such a layer. */
export const poolingOf = ({ layer, pool, averaged, normalize = false }: Readout): string | undefined =>
  layer === 'none' ? `${pool}${averaged === 'kept' ? ' of kept' : ''}${normalize ? ' unit' : ''}` : undefined;

/** What a file says of its reducer. */
const reducerOf = (text: string | undefined): NamedReducer => {
  if (text === undefined) return namedReducer(attentionReducer());
  try {
    const { name, settings } = JSON.parse(text) as NamedReducer;
    if (typeof name === 'string') return namedReducer({ name, settings });
  } catch {
    // said below
  }
  throw new OnnxError(
    'FILE_INVALID',
    `The ONNX file names its reducer ${text}, which is no name. Export the model anew (lat export).`,
  );
};

/** The point that a file has built in: its lengths with their floor, and the layers that it has, as it says them. */
const builtInPoint = (
  lengths: string,
  { layers, floor }: { readonly layers: string | undefined; readonly floor: string | undefined },
): OperatingPoint => {
  const numbers = (text: string): number[] => text.split(' ').map(Number);
  const config = numbers(lengths);
  const running = layers === undefined ? [...config.keys()] : numbers(layers);
  const skip = [...config.keys()].filter((layer) => !running.includes(layer));
  return {
    lengths: config,
    ...(floor !== undefined && { floor: Number(floor) }),
    ...(skip.length > 0 && { skip }),
  };
};

/** What a file says of its ranks. */
const ranksOf = (text: string | undefined): Ranks | undefined => {
  if (text === undefined) return undefined;
  try {
    return validateRanks(JSON.parse(text) as Ranks);
  } catch (error) {
    throw new OnnxError(
      'FILE_INVALID',
      `The ONNX file names its ranks ${text}, which are none. Export the model anew (lat export).`,
      { cause: error },
    );
  }
};

/** Of how many bytes at the beginning of a file its producer is read. */
export const producerBytes = 64;

/** Whether a file was written by another tool, by its first bytes. */
export const isForeign = (start: Uint8Array): boolean =>
  !new TextDecoder('latin1').decode(start.subarray(0, producerBytes)).includes(producerName);

/** A file of another tool, which runs as it is: every token in every layer. */
export const foreignContent = (bytes: Uint8Array, layers: number): OnnxContent => ({
  content: () => [bytes],
  builtIn: { lengths: new Array<number>(layers).fill(1) },
  choosesLayers: false,
  ranks: undefined,
  reducer: namedReducer(attentionReducer()),
  priorLayers: 0,
  departed: 'state',
  minTokens: defaultMinTokens,
});

/** What a file says of itself, and its model in pieces again. */
const contentOf = (outline: ModelOutline, dataOf: DataOf): OnnxContent & { readonly dropped: readonly string[] } => {
  const { graph, metadata } = outline;
  const lengths = metadata.get(lengthConfigKey);
  if (lengths === undefined || !graph) {
    throw new OnnxError(
      'FILE_INVALID',
      'The ONNX file was not exported by length-adaptive: its configuration cannot be chosen. Export the model with "lat export".',
    );
  }
  const layers = metadata.get(layersKey);
  const choosesLayers = layers === 'input';
  const builtIn = lengths === 'input' ? undefined : builtInPoint(lengths, { layers, floor: metadata.get(floorKey) });
  const priorLayers = Number(metadata.get(priorLayersKey) ?? 0);
  const defaults = [
    ...(builtIn ? [] : [lengthsInput, ...(choosesLayers ? [layersInput] : [])]),
    ...(builtIn && priorLayers === 0 ? [] : [priorInput]),
  ];
  const dropped = defaults.filter((name) => graph.some((part) => 'fields' in part && part.name === name));
  return {
    content: (place) => outlinePieces(outline, { dataOf, placeOf: place && (() => place), dropped }),
    dropped,
    builtIn,
    choosesLayers,
    ranks: ranksOf(metadata.get(ranksKey)),
    reducer: reducerOf(metadata.get(reducerMetadata)),
    priorLayers,
    departed: metadata.get(departedKey) === 'majority' ? 'majority' : 'state',
    minTokens: Number(metadata.get(minTokensKey) ?? defaultMinTokens),
    pooling: metadata.get(poolingKey),
    precision: metadata.get('precision'),
  };
};

/** Reads an exported file, whose weights are used where they are. @throws as `readOnnxFile` does */
export const readOnnxContent = (bytes: Uint8Array): OnnxContent => {
  checkNotPointer(bytes, 'The ONNX file');
  const { dropped, content, ...found } = contentOf(outlineOf(bytes), ({ offset, byteLength }) =>
    bytes.subarray(offset, offset + byteLength),
  );
  return { ...found, content: dropped.length > 0 ? content : (place) => (place ? content(place) : [bytes]) };
};

/** Whether a runtime can map every large weight of a file where it stands: those of another tool, and of earlier days, begin anywhere. */
const isAligned = ({ graph = [] }: ModelOutline): boolean => {
  const large = graph.flatMap((part) => ('fields' in part && part.data && !part.data.bytes ? [part.data] : []));
  return large.length > 0 && large.every(({ offset }) => offset % alignment === 0);
};

/**
 * Reads an exported file but for its large weights, which are read once they are needed: until then it has to stay open.
 *
 * @throws as `readOnnxFile` does; what reading the file throws
 */
export const openOnnxContent = async (file: OpenFile): Promise<OnnxContent> => {
  const outline = await readOutline(file);
  const dataOf: DataOf = ({ offset }) => ({ readInto: (bytes) => file.readInto(bytes, offset) });
  const { dropped, ...found } = contentOf(outline, dataOf);
  const { place } = file;
  if (!place || !isAligned(outline)) return found;
  const model: InPlace['model'] = (name) => {
    const placeOf = (offset: number) => (byteLength: number) =>
      byteLength < largeBytes ? undefined : { file: name, offset };
    return pieceBytes(outlinePieces(outline, { dataOf, placeOf, dropped }));
  };
  return { ...found, inPlace: { place, model } };
};

/**
 * Reads an exported file.
 *
 * @throws OnnxError `FILE_INVALID` when it is no ONNX file, or one that this package did not write; ModelError `FILE_INVALID` for a pointer of Git LFS
 */
export const readOnnxFile = (bytes: Uint8Array): OnnxFile => {
  const { content, inPlace: _, ...found } = readOnnxContent(bytes);
  const pieces = content();
  return { bytes: wholeBytes(pieces) ?? pieceBytes(pieces), ...found };
};
