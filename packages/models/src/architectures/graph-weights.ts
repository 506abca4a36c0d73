import type { EncoderWeights } from '@length-adaptive/core/encoder';
import { comparisonsOf } from '@length-adaptive/core/encoder';
import { attentionWidth } from '@length-adaptive/core/lengths';
import { ModelError } from '../errors.js';
import type { GraphOrigin } from '../weights/onnx/graph-files.js';
import type { ModelWeights } from '../weights/read-weights.js';
import type { TensorData } from '../weights/safetensors.js';
import type { StoredTensor } from '../weights/stored-tensor.js';
import type { Architecture, Dimensions } from './architecture.js';
import type { ModelConfig } from './model-config.js';
import type { SpecTree } from './parameter-specs.js';
import { findArchitecture } from './registry.js';
import { namesInFile, specsIn, weightNames } from './tensor-names-of.js';
import { partOfTensor } from './tensor-parts.js';

const shown = 4;

const listed = (names: readonly string[]): string =>
  `${names.slice(0, shown).join(', ')}${names.length > shown ? ` and ${names.length - shown} others` : ''}`;

/** Operators that hold matrices in a form that is not read, or that may. */
const holding = /MatMul|Gemm|Attention|Conv|Einsum|LayerNorm|Gather/;

const described = ({ operators, unnamed }: GraphOrigin): string => {
  const met = [...operators].filter(([type]) => holding.test(type)).map(([type, count]) => `${count} ${type}`);
  const kinds = met.length > 0 ? met.join(', ') : `none of those that hold weights`;
  const nameless =
    unnamed.length > 0 ? `, and ${unnamed.length} matrices that nothing gives a name (${listed(unnamed)})` : '';
  return `${kinds}${nameless}`;
};

/** What a wrapper puts before the names of all tensors: the shortest text before a name that the encoder has. */
const prefixBefore = (names: readonly string[], forms: readonly string[]): string | undefined =>
  forms.flatMap((form) =>
    names.filter((name) => name.endsWith(`.${form}`)).map((name) => name.slice(0, -form.length)),
  )[0];

/** What files of this toolkit name as their producer. */
const ourselves = 'length-adaptive';

/** The layers of an encoder, and those of a decoder. */
const blocksOf = (architecture: Architecture, dimensions: Dimensions): SpecTree<EncoderWeights>['blocks'] => {
  const { blocks, decoder } = architecture.encoder(dimensions);
  return [...blocks, ...(decoder?.blocks ?? [])];
};

/** What the scores of attention are divided by, and the names of what carries it in our own files: the maps of the queries. */
const scaledQueries = (
  architecture: Architecture,
  dimensions: Dimensions,
): readonly (readonly [name: string, by: number])[] =>
  blocksOf(architecture, dimensions).flatMap(({ attention: { query, relative } }) => {
    const vectors = relative?.vectors;
    const by = Math.sqrt((attentionWidth(dimensions) / dimensions.heads) * comparisonsOf(relative));
    return weightNames([query, vectors?.query]).flatMap((names) =>
      namesInFile(names[0], architecture).map((name) => [name, by] as const),
    );
  });

/** Queries as they were before an export of ours put the scale of attention into them: to the last bit where the scale is a power of two. */
const unscaled = <Tensor extends TensorData | StoredTensor>(
  tensors: ReadonlyMap<string, Tensor>,
  queries: readonly (readonly [name: string, by: number])[],
): Map<string, Tensor> => {
  const out = new Map(tensors);
  for (const [name, by] of new Map(queries)) {
    const tensor = out.get(name);
    if (tensor && 'data' in tensor) out.set(name, { ...tensor, data: tensor.data.map((value) => value * by) });
  }
  return out;
};

/** The weights with those of queries, keys and values that the graph has as one, part by part under their names. */
const withParts = <Tensor extends TensorData | StoredTensor>(
  tensors: ReadonlyMap<string, Tensor>,
  { fused }: GraphOrigin,
  architecture: Architecture,
  dimensions: Dimensions,
): ReadonlyMap<string, Tensor> => {
  if (fused.length === 0) return tensors;
  const out = new Map(tensors);
  for (const { attention } of blocksOf(architecture, dimensions)) {
    const outputs = weightNames(attention.output).flatMap(([own]) => namesInFile(own, architecture));
    const found = fused.find(({ output }) => outputs.includes(output));
    if (!found) continue;
    [attention.query, attention.key, attention.value].forEach((map, index) => {
      for (const [own] of weightNames(map)) {
        const whole = own.endsWith('.bias') ? found.bias : found.weight;
        if (whole) out.set(own, partOfTensor(whole, { of: found.output, index, count: 3 }) as Tensor);
      }
    });
  }
  return out;
};

/** The same numbers in the shapes that a checkpoint has them in, where a graph has them in those that they are used in. */
const inStoredShapes = <Tensor extends TensorData | StoredTensor>(
  tensors: ReadonlyMap<string, Tensor>,
  architecture: Architecture,
  dimensions: Dimensions,
): ReadonlyMap<string, Tensor> => {
  const out = new Map(tensors);
  for (const { name, shape, storedAs } of specsIn(architecture.encoder(dimensions)))
    for (const form of storedAs ? namesInFile(name, architecture) : []) {
      const tensor = out.get(form);
      if (tensor && storedAs && tensor.shape.join() === shape.join()) out.set(form, { ...tensor, shape: storedAs });
    }
  return out;
};

/**
 * The weights that were read out of an ONNX file under the names that their family knows; others are given back as they are.
 *
 * @param file how messages name the file
 * @throws ModelError `TENSOR_MISSING` where the graph does not tell all tensors of the encoder, or only the bias of a layer
 */
export const placeGraphWeights = <Tensor extends TensorData | StoredTensor>(
  config: ModelConfig,
  weights: ModelWeights<Tensor>,
  file: string,
): ModelWeights<Tensor> => {
  const { graph } = weights;
  const architecture = graph && findArchitecture(config);
  if (!architecture) return weights;
  const dimensions = architecture.dimensions(config);
  const asked = weightNames(architecture.encoder(dimensions));
  const formsOf = (names: readonly string[]): string[] => names.flatMap((name) => namesInFile(name, architecture));
  const lackingOf = (known: ReadonlyMap<string, Tensor>): string[] =>
    asked.filter((names) => !formsOf(names).some((form) => known.has(form))).map(([, stored]) => stored);
  const everything = architecture.dimensions(config, { pool: 'none', outputs: 1 }); // with a decoder, where there is one
  const known = new Map([
    ...(architecture.fromGraph?.(graph.added, dimensions) ?? new Map<string, TensorData>()),
    ...weights.tensors,
  ] as [string, Tensor][]);
  let tensors = inStoredShapes(withParts(known, graph, architecture, everything), architecture, everything);
  let lacking = lackingOf(tensors);
  const [first] = lacking;
  const prefix = first !== undefined ? prefixBefore([...tensors.keys()], formsOf([first])) : undefined;
  if (prefix !== undefined) {
    const shortened = (name: string): string => (name.startsWith(prefix) ? name.slice(prefix.length) : name);
    tensors = new Map([...tensors].map(([name, tensor]) => [shortened(name), tensor]));
    lacking = lackingOf(tensors);
  }
  const halves = [...tensors.keys()].filter(
    (name) => name.endsWith('.bias') && !tensors.has(name.replace(/\.bias$/, '.weight')),
  );
  const missing = [...new Set([...lacking, ...halves.map((name) => name.replace(/\.bias$/, '.weight'))])];
  if (missing.length === 0) {
    const isOurs = graph.producer === ourselves;
    return { ...weights, tensors: isOurs ? unscaled(tensors, scaledQueries(architecture, everything)) : tensors };
  }
  throw new ModelError(
    'TENSOR_MISSING',
    `${file}: the graph does not tell ${missing.length} of the model's tensors: ${listed(missing)}. It has ${described(graph)}. ` +
      'Take the model with its weights (model.safetensors), or an ONNX file whose operators were not fused (onnx/model.onnx). ' +
      'On ONNX Runtime this one runs as it is, at full length: no budget reaches into it.',
  );
};
