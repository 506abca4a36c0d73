import type { OffsetOptions } from '@length-adaptive/core/encoder';
import { decisionOffsets, extentOf } from '@length-adaptive/core/encoder';
import type { AdaptationLoss, LabelledInput, Task, Teaching } from '@length-adaptive/models/engine';
import { comparedArrays, logitShape, mattersTargets, rankedArrays, tokenPrices } from '@length-adaptive/models/engine';
import type { OnnxRuntime, RuntimeTensor } from '../runtime.js';
import { float, scalar, tokenBias } from './pass-feeds.js';

type Batch = readonly LabelledInput[];

/** The inputs of a pass that its loss reads, among those that its graph has. */
export type LossFeeds = (ort: OnnxRuntime, names: readonly string[], batch: Batch) => Record<string, RuntimeTensor>;

const inputsOf = (batch: Batch) => batch.map(({ input }) => input);

const answerTensor = (
  ort: OnnxRuntime,
  { readout }: Pick<Task, 'readout'>,
  answers: Float32Array,
  batch: Batch,
): RuntimeTensor => float(ort, answers, logitShape(readout, extentOf(inputsOf(batch))));

/** What losses on labels read, and those against a teacher's logits. */
export const labelFeeds =
  (task: Task, taught?: { readonly target: Float32Array; readonly labelWeight: number }): LossFeeds =>
  (ort, names, batch) => {
    const { labels, labelShape, weights, weightShape } = task.targets(batch);
    return {
      ...(taught && {
        teacher: answerTensor(ort, task, taught.target, batch),
        label_weight: scalar(ort, taught.labelWeight),
      }),
      ...(names.includes('weights') && { weights: float(ort, weights, weightShape) }),
      ...(names.includes('token_bias') && { token_bias: tokenBias(ort, inputsOf(batch)) }),
      labels: float(ort, labels, labelShape),
    };
  };

/** What the loss of a model reads that is adapted: the answers of its original, and what is compared in a batch. */
export const adaptationFeeds =
  (task: Task, { loss }: { readonly loss: AdaptationLoss }, answers: Float32Array): LossFeeds =>
  (ort, names, batch) => {
    const { weights, bias } = comparedArrays(loss, batch);
    const rows = batch.length;
    return {
      teacher: answerTensor(ort, task, answers, batch),
      weights: float(ort, weights, [rows, 1]),
      ...(names.includes('bias') && { bias: float(ort, bias, [rows, rows]) }),
    };
  };

/** What a reducer learns from, among the inputs of a pass: what the task says, or which tokens are ranked by their gradients. */
export const lessonFeeds = (
  ort: OnnxRuntime,
  names: readonly string[],
  batch: Batch,
  teaching: Teaching | undefined,
): Record<string, RuntimeTensor> => {
  const { rows, width } = extentOf(inputsOf(batch));
  if (teaching && names.includes('matters'))
    return { matters: float(ort, mattersTargets(batch, teaching), [rows, width, 2]) };
  if (!names.includes('ranked_bias')) return {}; // no layer ranks any
  const { bias, weights } = rankedArrays(batch);
  return { ranked_bias: float(ort, bias, [rows, width]), ranked_weights: float(ort, weights, [rows, 1]) };
};

/** What a reducer reads that decides, among the inputs of a pass: what is added to the logits of each layer, and what tokens cost that stay. */
export const decisionFeeds = (
  ort: OnnxRuntime,
  names: readonly string[],
  batch: Batch,
  { price, ...offsets }: OffsetOptions & { readonly price: number },
): Record<string, RuntimeTensor> => {
  const extent = extentOf(inputsOf(batch));
  const shape = [extent.rows, extent.width];
  const layers = names.filter((name) => name.startsWith('decision_offsets.'));
  return {
    ...(names.includes('token_prices') && { token_prices: float(ort, tokenPrices(batch, price), shape) }),
    ...Object.fromEntries(layers.map((name) => [name, float(ort, decisionOffsets(extent, offsets), shape)])),
  };
};
