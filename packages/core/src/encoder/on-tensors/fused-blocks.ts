/** Blocks of the encoder by kernels of ours, a few for each, where the backend has them and no gradient is recorded. */
import * as tf from '@tensorflow/tfjs';
import type { NamedTensorMap, Tensor, Tensor2D } from '@tensorflow/tfjs';
import {
  attendQueries,
  canFuse,
  kernelActivations,
  ownKernel,
  runOwnKernel,
  widestChoice,
  widestHead,
  widestNorm,
} from '../../own-kernels.js';
import { uploadedCounts } from '../../uploaded-counts.js';
import type { Activation } from '../activation.js';
import type { PaddedBatch } from '../batch.js';
import type { AttentionBlock, EncoderBlocks, EncoderOps, LayerRun } from '../encoder-ops.js';
import type { AffineWeights, AttentionWeights, DenseWeights, LayerNormWeights, WeightTree } from '../weights.js';
import type { TensorEngine } from './tensor-engine.js';

type Affine = WeightTree<AffineWeights, Tensor>;
type Dense = WeightTree<DenseWeights, Tensor>;
type Norm = WeightTree<LayerNormWeights, Tensor>;

/**
 * Rows up to which a map is joined with the norm of what it gives. Of more rows each kernel takes longer than it takes to be started, and the
 * product is better cut into squares.
 */
const mostJoinedRows = 1024;

const areFours = (shape: readonly number[]): boolean => shape.every((size) => size % 4 === 0);

/** A map that the kernels can take: whole, and of sizes that are multiples of four. */
const isPlain = (map: Affine): map is Dense => 'kernel' in map && areFours(map.kernel.shape);

const inputsOf = (maps: readonly Dense[]): NamedTensorMap =>
  Object.fromEntries(
    maps.flatMap(({ kernel, bias }, i) => [
      [`kernel${i}`, kernel] as const,
      ...(bias ? [[`bias${i}`, bias] as const] : []),
    ]),
  );

/** x through one map or more: [N, in] -> [maps * N, out], one after the other. */
const denseOf = (x: Tensor2D, maps: readonly Dense[], activation: Activation | 'none' = 'none'): Tensor2D =>
  runOwnKernel<Tensor2D>(
    ownKernel.dense,
    { x, ...inputsOf(maps) },
    { activation: kernelActivations.indexOf(activation) },
  );

interface NormOf {
  readonly map: Dense;
  readonly norm: Norm & { readonly bias: Tensor };
  readonly residual: Tensor2D;
  readonly epsilon: number;
}

/** Whether a norm is one that the kernels compute. */
const isUsual = (norm: Norm | undefined): norm is NormOf['norm'] =>
  norm?.bias !== undefined && norm.plain !== true && norm.epsilon === undefined;

/** Whether the norm of a map can be computed with it. */
const hasNorm = (map: Dense, norm: Norm | undefined): norm is NormOf['norm'] =>
  isUsual(norm) && (map.kernel.shape[1] ?? Infinity) <= widestNorm;

interface Choice {
  readonly before: number;
  readonly real: number;
  readonly kept: number;
  readonly pieces: number;
  readonly behind: number;
  readonly protectedTokens: number;
}

/** The norm of x through a map, and the residual: [rows * width, out]. `choice`: of those rows that are kept. */
const denseNormOf = (
  x: Tensor,
  { map: { kernel, bias }, norm, residual, epsilon }: NormOf,
  { rows, width }: { readonly rows: number; readonly width: number },
  choice?: { readonly counts: Tensor2D; readonly of: Choice },
): Tensor2D => {
  const given = { x, kernel, ...(bias && { bias }), residual, gain: norm.gain, shift: norm.bias };
  return runOwnKernel<Tensor2D>(ownKernel.denseNorm, choice ? { ...given, counts: choice.counts } : given, {
    inner: kernel.shape[0] ?? 0,
    rows,
    width,
    epsilon,
    ...choice?.of,
  });
};

/** Queries, keys and values of a layer; undefined where a kernel cannot take them. */
const projectionsOf = ({
  query,
  key,
  value,
}: WeightTree<AttentionWeights, Tensor>): readonly [Dense, Dense, Dense] | undefined => {
  if (!isPlain(query) || !isPlain(key) || !isPlain(value)) return undefined;
  const biased = [query, key, value].filter(({ bias }) => bias !== undefined).length;
  return biased === 0 || biased === 3 ? [query, key, value] : undefined;
};

/** Whether all tokens of a row stay for now: nothing is known of any but how many there are. */
const isUntold = ({ departed, positions, prior, sizes, segments, owners }: TensorEngine['tokens']): boolean =>
  [departed, positions, prior, sizes, segments, owners].every((value) => value === undefined);

const attentionBlock = (
  { entering, among, weights, heads, epsilon, step, voters, firstOnly }: AttentionBlock<TensorEngine>,
  {
    rows,
    protectedTokens,
    ops,
  }: { readonly rows: number; readonly protectedTokens: number; readonly ops: () => EncoderOps<TensorEngine> },
): LayerRun<TensorEngine> | undefined => {
  const { relative, output, norm } = weights;
  const { extent, sizes } = among;
  const maps = projectionsOf(weights);
  const [slots, hidden] = entering.shape;
  if (!maps || relative || sizes || !isPlain(output) || !hasNorm(output, norm) || hidden / heads > widestHead)
    return undefined;
  const leaves = step !== undefined && !firstOnly && step.some((count, row) => count < (extent.counts[row] as number));
  const stays = leaves ? { rows, width: Math.max(...step), counts: step } : extent;
  const { counts, list } = uploadedCounts(extent.counts);
  const kept = uploadedCounts(stays.counts);
  if (leaves && (voters === undefined || !isUntold(among) || extent.width > widestChoice || kept.counts !== counts))
    return undefined;
  if (rows * stays.width > mostJoinedRows) return undefined;

  const asking = firstOnly ? ops().firstAlone(entering, among) : entering;
  const [query, key, value] = maps;
  const together = asking === entering;
  const keys = denseOf(entering, together ? maps : [key, value]);
  const queryWidth = asking.shape[0] / rows;
  const attended = runOwnKernel<Tensor>(
    ownKernel.attend,
    { queries: together ? keys : denseOf(asking, [query]), keys, counts },
    {
      heads,
      width: extent.width,
      queryWidth,
      keyRow: together ? slots : 0,
      valueRow: together ? 2 * slots : slots,
      scale: 1 / Math.sqrt(hidden / heads),
      list,
      voters: !leaves ? 0 : voters === 'first' ? 1 : extent.width,
    },
  );
  const parts = { map: output, norm, residual: asking, epsilon };
  if (!leaves) {
    const states = denseNormOf(attended, parts, { rows, width: queryWidth });
    return { states, tokens: firstOnly ? ops().firstTokens(among) : among };
  }
  const pieces = heads * Math.ceil(queryWidth / attendQueries);
  const of = { before: extent.width, real: list, kept: kept.list, pieces, behind: slots * hidden, protectedTokens };
  const states = denseNormOf(attended, parts, { rows, width: stays.width }, { counts, of });
  return { states, tokens: { ...among, extent: stays } };
};

/** The blocks of one batch; undefined where the backend has no kernels for them. */
export const fusedBlocks = (
  batch: PaddedBatch,
  protectedTokens: number,
  ops: () => EncoderOps<TensorEngine>,
): EncoderBlocks<TensorEngine> | undefined => {
  if (!canFuse(ownKernel.denseNorm)) return undefined;
  const { rows, width } = batch;
  return {
    embed: ({ word, words, patches, position, tokenType, firstPosition = 0, norm }, epsilon) => {
      if (patches || words || !isUsual(norm)) return undefined;
      const { gain, bias } = norm;
      const tokens = new Int32Array(2 * rows * width);
      tokens.set(batch.ids);
      tokens.set(batch.typeIds, rows * width);
      return runOwnKernel<Tensor2D>(
        ownKernel.embed,
        {
          tokens: tf.tensor2d(tokens, [2, rows * width], 'int32'),
          word,
          ...(position && { position }),
          ...(tokenType && { types: tokenType }),
          gain,
          bias,
        },
        { width, firstPosition, epsilon },
      );
    },
    attention: (block) => attentionBlock(block, { rows, protectedTokens, ops }),
    feedForward: (x, { intermediate, linear, output, norm }, { epsilon, activation }) => {
      if (linear || !isPlain(intermediate) || !isPlain(output) || !hasNorm(output, norm)) return undefined;
      if (x.shape[0] > mostJoinedRows) return undefined;
      const inner = denseOf(x, [intermediate], activation);
      return denseNormOf(inner, { map: output, norm, residual: x, epsilon }, { rows: 1, width: x.shape[0] });
    },
  };
};
