import type { EncoderInput } from '@length-adaptive/core/encoder';
import type { Gradients } from '@length-adaptive/core/training';
import { addGradient } from '@length-adaptive/core/training';
import type { RuntimeTensor } from '../runtime.js';
import { tableGradient, wholeTable } from './embedding-gradients.js';
import type { TrainingGraph, TrainingModel } from './pass-graph.js';
import { embeddingWidth, wordWidth } from './pass-graph.js';
import type { TrainedWeights } from './trained-weights.js';

/** Adds the gradients that a pass gave to the sums: of every parameter, and of the rows of the tables that its inputs read. */
export const addPassGradients = (
  gradients: Gradients,
  outputs: Readonly<Record<string, RuntimeTensor>>,
  inputs: readonly EncoderInput[],
  {
    model,
    parameters,
    shapes,
  }: { readonly model: TrainingModel } & Pick<TrainingGraph, 'parameters'> & Pick<TrainedWeights, 'shapes'>,
): void => {
  const width = embeddingWidth(model.dimensions);
  const { word, words, patches, position, firstPosition = 0, tokenType, oneType } = model.encoder.embeddings;
  const values = (name: string): Float32Array => outputs[`gradient.${name}`]?.data as Float32Array;
  for (const { name } of parameters) addGradient(gradients, name, { values: values(name) });
  const embeddings = values('embeddings');
  /** Of a token that stands before the patches of every image. */
  const addLeading = (name: string, token: number): void => {
    const length = embeddings.length / inputs.length / width;
    const sum = new Float32Array(width);
    inputs.forEach((_, row) => {
      const from = (row * length + token) * width;
      for (let j = 0; j < width; j++) sum[j] = (sum[j] as number) + (embeddings[from + j] as number);
    });
    addGradient(gradients, name, { values: sum });
  };
  const add = (
    name: string,
    rowOf: (input: EncoderInput, token: number) => number,
    { whole = true, of = embeddings, columns = width } = {},
  ): void => {
    const byRows = tableGradient(of, inputs, columns, rowOf);
    addGradient(gradients, name, whole ? wholeTable(byRows, shapes.get(name)?.[0] ?? 0, columns) : byRows);
  };
  const ofWords = words && { of: values('words'), columns: wordWidth(model.encoder) };
  if (patches === undefined) add(word.name, ({ ids }, token) => ids[token] as number, { whole: false, ...ofWords });
  else [word, patches.second].forEach((leaf, token) => leaf && addLeading(leaf.name, token));
  if (position) add(position.name, (_, token) => firstPosition + token);
  if (tokenType) add(tokenType.name, ({ typeIds }, token) => (oneType ? 0 : (typeIds?.[token] ?? 0)));
};
