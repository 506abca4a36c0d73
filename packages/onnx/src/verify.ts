import type { EncoderInput } from '@length-adaptive/core/encoder';
import type { LengthConfig } from '@length-adaptive/core/lengths';
import { fullLength } from '@length-adaptive/core/lengths';
import type { RunnableModel } from '@length-adaptive/models/engine';
import type { Precision } from './encoder/precision.js';
import { OnnxError } from './errors.js';

/** How far an engine may be from the reference: the largest difference of a logit, relative to the largest logit where that is above 1. */
export const tolerances: Readonly<Record<Precision, number>> = { fp32: 1e-4, fp16: 1e-2, int8: 0.5 };

/** One configuration, run by both engines. */
export interface VerifiedConfig {
  readonly lengthConfig: LengthConfig;
  /** Largest difference of a logit. */
  readonly largestDifference: number;
  /** Inputs whose kept positions are the same in every layer; absent when the engine does not tell them. */
  readonly samePositions?: number;
}

/** What a verification found. */
export interface Verification {
  readonly inputs: number;
  readonly configs: readonly VerifiedConfig[];
  /** Largest difference of a logit over all configurations, relative to the largest logit where that is above 1. */
  readonly difference: number;
  readonly tolerance: number;
  readonly passed: boolean;
}

export interface VerifyOptions {
  readonly precision?: Precision;
  /** Default: by the precision, 1e-4 for fp32. */
  readonly tolerance?: number | undefined;
  /** Configurations to run. Default: the full length and two that drop. */
  readonly configs?: readonly LengthConfig[] | undefined;
  /** Compare kept positions too. Default: for fp32, where they must be equal. */
  readonly positions?: boolean;
}

const chain = (layers: number, keep: number): LengthConfig =>
  Array.from({ length: layers }, (_, layer) => keep ** (layer + 1));

const largestOf = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);

/**
 * Runs two engines on the same inputs and tells how far apart they are.
 *
 * @param engine the model to check
 * @param reference the model that is right
 * @throws OnnxError `OPTION_INVALID` without inputs
 */
export const verify = async (
  engine: RunnableModel,
  reference: RunnableModel,
  inputs: readonly EncoderInput[],
  {
    precision = 'fp32',
    tolerance = tolerances[precision],
    configs,
    positions = precision === 'fp32',
  }: VerifyOptions = {},
): Promise<Verification> => {
  if (inputs.length === 0)
    throw new OnnxError('OPTION_INVALID', 'There are no inputs to verify with; expected at least one.');
  const { layers } = reference.dimensions;
  const results: VerifiedConfig[] = [];
  let scale = 1;
  for (const lengthConfig of configs ?? [fullLength(layers), chain(layers, 0.85), chain(layers, 0.65)]) {
    const options = { config: lengthConfig };
    const expected = await reference.run(inputs, options);
    const given = await engine.run(inputs, options);
    scale = Math.max(scale, largestOf(expected));
    const largestDifference = largestOf(expected.map((value, i) => value - (given[i] ?? Number.NaN)));
    results.push({
      lengthConfig,
      largestDifference,
      ...(positions && { samePositions: await countSamePositions(engine, reference, inputs, lengthConfig) }),
    });
  }
  const difference = Math.max(...results.map((result) => result.largestDifference)) / scale;
  const allKept = results.every(({ samePositions = inputs.length }) => samePositions === inputs.length);
  return { inputs: inputs.length, configs: results, difference, tolerance, passed: difference <= tolerance && allKept };
};

const countSamePositions = async (
  engine: RunnableModel,
  reference: RunnableModel,
  inputs: readonly EncoderInput[],
  lengthConfig: LengthConfig,
): Promise<number> => {
  let same = 0;
  for (const input of inputs) {
    const ours = await engine.keptPositions(input, lengthConfig);
    const theirs = await reference.keptPositions(input, lengthConfig);
    if (JSON.stringify(ours) === JSON.stringify(theirs)) same++;
  }
  return same;
};
