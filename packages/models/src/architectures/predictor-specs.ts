import type { EncoderWeights, PredictorShape, PredictorWeights, Reducer } from '@length-adaptive/core/encoder';
import { denseAt, layerNormAt } from './dense-specs.js';
import type { Dimensions } from './architecture.js';
import type { SpecTree } from './parameter-specs.js';

/** What the names of all that a reducer has learned begin with. */
export const predictorPrefix = 'reducer.';

/** Standard deviation of new weights, where a map says no other. */
const usualDeviation = 0.02;

const specsAt = (layer: number, { maps, norms }: PredictorShape): SpecTree<PredictorWeights> => {
  const at = (name: string): string => `${predictorPrefix}layers.${layer}.${name}`;
  const named = <Size, Spec>(sizes: Readonly<Record<string, Size>>, make: (name: string, size: Size) => Spec) =>
    Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, make(at(name), size)]));
  return {
    maps: named(maps, (name, { inputs, outputs, bias: means, deviation = usualDeviation }) => {
      const { kernel, bias } = denseAt(name, inputs, outputs, deviation);
      return { kernel, bias: means && bias ? { ...bias, initial: { deviation, means } } : bias };
    }),
    norms: named(norms, (name, size) => {
      const { gain, bias } = layerNormAt(name, size);
      const initial = { deviation: 0 };
      return { gain: { ...gain, initial }, bias: { ...bias, initial } };
    }),
  };
};

/** The weights of an encoder, with those of what its reducer learns in each layer. */
export const withPredictors = (
  encoder: SpecTree<EncoderWeights>,
  { predictor }: Pick<Reducer, 'predictor'>,
  { hiddenSize, heads }: Pick<Dimensions, 'hiddenSize' | 'heads'>,
): SpecTree<EncoderWeights> => {
  if (!predictor) return encoder;
  const shape = predictor.shape(hiddenSize, heads, encoder.attentionSize);
  return {
    ...encoder,
    blocks: encoder.blocks.map((block, layer) => ({ ...block, predictor: specsAt(layer, shape) })),
  };
};
