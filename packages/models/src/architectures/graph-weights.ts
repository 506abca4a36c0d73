import { ModelError } from '../errors.js';
import type { GraphOrigin, ModelWeights } from '../weights/read-weights.js';
import type { ModelConfig } from './model-config.js';
import { findArchitecture } from './registry.js';
import { namesInFile, weightNames } from './tensor-names-of.js';

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

/**
 * The weights that were read out of an ONNX file under the names that their family knows; others are given back as they are.
 *
 * @param file how messages name the file
 * @throws ModelError `TENSOR_MISSING` where the graph does not tell all tensors of the encoder, or only the bias of a layer
 */
export const placeGraphWeights = <Tensor>(
  config: ModelConfig,
  weights: ModelWeights<Tensor>,
  file: string,
): ModelWeights<Tensor> => {
  const { graph } = weights;
  const architecture = graph && findArchitecture(config);
  if (!architecture) return weights;
  const asked = weightNames(architecture.encoder(architecture.dimensions(config)));
  const formsOf = (names: readonly string[]): string[] => names.flatMap((name) => namesInFile(name, architecture));
  const lackingOf = (known: ReadonlyMap<string, Tensor>): string[] =>
    asked.filter((names) => !formsOf(names).some((form) => known.has(form))).map(([, stored]) => stored);
  let { tensors } = weights;
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
  if (missing.length === 0) return { ...weights, tensors };
  throw new ModelError(
    'TENSOR_MISSING',
    `${file}: the graph does not tell ${missing.length} of the model's tensors: ${listed(missing)}. It has ${described(graph)}. ` +
      'Take the model with its weights (model.safetensors), or an ONNX file whose operators were not fused (onnx/model.onnx). ' +
      'On ONNX Runtime this one runs as it is, at full length: no budget reaches into it.',
  );
};
