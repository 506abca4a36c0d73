import type { EncoderInput } from '@length-adaptive/core/encoder';
import { extentOf, paddingScore, slotValues } from '@length-adaptive/core/encoder';
import type { Dropout } from '@length-adaptive/core/training';
import { keptTokens } from '@length-adaptive/core/lengths';
import type { OnnxRuntime, RuntimeTensor } from '../runtime.js';
import { fillDropoutMask } from './dropout-masks.js';
import type { DropoutPlace } from './pass-graph.js';

export const float = (ort: OnnxRuntime, data: Float32Array, shape: readonly number[]): RuntimeTensor =>
  new ort.Tensor('float32' as never, data as never, shape);

export const scalar = (ort: OnnxRuntime, value: number): RuntimeTensor => float(ort, Float32Array.of(value), []);

/** Tokens that each layer that runs keeps. */
export const keptOf = (
  config: readonly number[],
  length: number,
  layers: readonly number[],
  halving?: readonly number[],
): number[] => {
  const kept = keptTokens(config, length, { running: layers, ...(halving && { halving }) });
  return layers.map((layer) => kept[layer] as number);
};

/** What a padding token adds to its logit: [B, 1, T]. */
export const tokenBias = (ort: OnnxRuntime, inputs: readonly EncoderInput[]): RuntimeTensor => {
  const extent = extentOf(inputs);
  return float(ort, slotValues(extent, { real: 0, padding: paddingScore }), [extent.rows, 1, extent.width]);
};

/** Whether dropout drops anything. */
export const isDropping = (dropout: Dropout | undefined): dropout is Dropout =>
  dropout !== undefined && (dropout.hidden > 0 || dropout.attention > 0 || (dropout.head ?? 0) > 0);

/** Masks for every place that dropout falls on, in the shapes that the pass has there. */
export const dropoutFeeds = (
  ort: OnnxRuntime,
  places: readonly DropoutPlace[],
  inputs: readonly EncoderInput[],
  kept: readonly (readonly number[])[] | undefined,
  { hidden, attention, head = hidden, random }: Dropout,
  {
    heads,
    size,
    embeddingSize,
    wanted,
    halving = [],
  }: {
    /** Those of the layers that run, by their place among them, that take tokens two by two. */
    readonly halving?: readonly number[] | undefined;
    readonly heads: number;
    readonly size: number;
    readonly embeddingSize: number;
    readonly wanted: 'first' | 'all' | 'kept';
  },
): Record<string, RuntimeTensor> => {
  const { rows, width: length } = extentOf(inputs);
  const rates = { hidden, attention, head };
  const layers = new Set(places.map(({ place }) => Number(place.split('.')[0])).filter(Number.isInteger)).size;
  const widthAfter = (layer: number): number =>
    layer < 0 || !kept ? length : Math.max(...kept.map((counts) => counts[layer] ?? length));
  const behind = kept?.[0]?.length ?? layers; // where a decoder begins, in whose layers all are back
  const shapeOf = (place: string): number[] => {
    if (place === 'embeddings') return [rows, length, embeddingSize];
    if (place.startsWith('head.')) return place === 'head.first' ? [rows, size] : [rows, length, size];
    const layer = Number(place.split('.')[0]);
    const last = wanted === 'first' && layer === layers - 1; // computes the first token only
    const entering = layer >= behind ? length : widthAfter(layer - 1);
    const asking = halving.includes(layer) ? widthAfter(layer) : entering;
    if (place.endsWith('attention')) return [rows, heads, last ? 1 : asking, entering];
    return [rows, last ? 1 : widthAfter(layer), size];
  };
  return Object.fromEntries(
    places.map(({ place, kind }) => {
      const shape = shapeOf(place);
      const mask = new Float32Array(shape.reduce((product, dimension) => product * dimension, 1));
      fillDropoutMask(mask, rates[kind], random);
      return [`dropout.${place}`, float(ort, mask, shape)];
    }),
  );
};
