import type { EncoderInput } from '@length-adaptive/core/encoder';
import type { OperatingPoint } from '@length-adaptive/core/lengths';
import { constantRatioConfig, fullLength } from '@length-adaptive/core/lengths';
import type { LabelledInput, RunnableModel } from '@length-adaptive/models/engine';
import { predictLogits } from '@length-adaptive/models/predict';
import type { Agreement, AgreementLimits } from './agreement.js';
import { agreementLimits, agreementOf, agrees } from './agreement.js';
import type { Precision } from './encoder/precision.js';
import { OnnxError } from './errors.js';

/**
 * How far an engine may be from the reference: the largest difference of a logit, relative to the largest logit where that is above 1.
 * 8-bit integers have no such limit: confident logits move much where no answer does, so their answers are compared.
 */
export const tolerances: Readonly<Record<Precision, number | undefined>> = { fp32: 1e-4, fp16: 1e-2, int8: undefined };

/** One operating point, run by both engines. */
export interface VerifiedPoint {
  readonly point: OperatingPoint;
  /** Largest difference of a logit. */
  readonly largestDifference: number;
  /** Inputs whose kept positions are the same in every layer, of those that were looked at (`tracedInputs`); absent when the engine does not tell them. */
  readonly samePositions?: number;
  /** How far the answers agree, with what is asked of them: where they decide. */
  readonly agreement?: Agreement & { readonly limits: AgreementLimits };
}

/** The task's own metric on labelled inputs, at the first of the points. */
export interface VerifiedScore {
  readonly metric: string;
  readonly reference: number;
  readonly engine: number;
}

/** What a verification found. */
export interface Verification {
  readonly inputs: number;
  readonly points: readonly VerifiedPoint[];
  /** Largest difference of a logit over all points, relative to the largest logit where that is above 1. */
  readonly difference: number;
  /** What `difference` may be; absent where the answers decide. */
  readonly tolerance?: number;
  /** Where the inputs have labels. */
  readonly score?: VerifiedScore;
  readonly passed: boolean;
}

export interface VerifyOptions {
  readonly precision?: Precision;
  /** Largest difference of a logit. Default: by the precision, 1e-4 for fp32; for int8 the answers decide, unless a tolerance is given. */
  readonly tolerance?: number | undefined;
  /** Least share of equal answers at the full length, where they decide: 0 to 1. Default 0.9. */
  readonly leastAgreement?: number | undefined;
  /** Points to run. Default: the full length and two that drop. */
  readonly points?: readonly OperatingPoint[] | undefined;
  /** Compare kept positions too. Default: for fp32, where they must be equal. */
  readonly positions?: boolean;
  /** The inputs with their labels, where they have some: both engines are scored on them. */
  readonly labelled?: readonly LabelledInput[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The full length and two that drop. */
export const usualPoints = (layers: number): readonly OperatingPoint[] =>
  [fullLength(layers), constantRatioConfig(layers, 0.85), constantRatioConfig(layers, 0.65)].map((lengths) => ({
    lengths,
  }));

/** How many of so many inputs have their kept positions compared: each takes runs of its own. */
export const tracedInputs = (inputs: number): number => Math.min(inputs, 32);

const largest = (rows: readonly Float32Array[]): number => {
  let found = 0;
  for (const row of rows) for (const value of row) found = Math.max(found, Math.abs(value)); // NaN stays NaN
  return found;
};

/** @throws OnnxError `OPTION_INVALID` */
const checkOptions = (inputs: readonly EncoderInput[], least = 0): void => {
  if (inputs.length === 0)
    throw new OnnxError('OPTION_INVALID', 'There are no inputs to verify with; expected at least one.');
  if (!(least >= 0 && least <= 1))
    throw new OnnxError('OPTION_INVALID', `The least agreement is ${least}; expected a share, 0 to 1.`);
};

/**
 * Runs two engines on the same inputs and tells how far apart they are.
 *
 * @param engine the model to check
 * @param reference the model that is right
 * @throws OnnxError `OPTION_INVALID` without inputs, or for a least agreement that is no share; ModelError `ABORTED`
 */
export const verify = async (
  engine: RunnableModel,
  reference: RunnableModel,
  inputs: readonly EncoderInput[],
  {
    precision = 'fp32',
    tolerance = tolerances[precision],
    leastAgreement: least,
    points,
    positions = precision === 'fp32',
    labelled,
    signal,
  }: VerifyOptions = {},
): Promise<Verification> => {
  checkOptions(inputs, least);
  const { task } = reference;
  const { layers } = reference.dimensions;
  const results: VerifiedPoint[] = [];
  let score: VerifiedScore | undefined;
  let scale = 1;
  for (const point of points ?? usualPoints(layers)) {
    const options = { point, signal };
    const expected = await predictLogits(reference, inputs, options);
    const given = await predictLogits(engine, inputs, { ...options, unchecked: true }); // no numbers are no agreement
    const limits = agreementLimits(point, least);
    scale = Math.max(scale, largest(expected));
    score ??= labelled && scoreOf(reference, labelled, given, expected);
    results.push({
      point,
      largestDifference: largest(
        expected.map((logits, i) => logits.map((value, k) => value - (given[i]?.[k] ?? Number.NaN))),
      ),
      ...(positions && {
        samePositions: await countSamePositions(engine, reference, inputs.slice(0, tracedInputs(inputs.length)), point),
      }),
      ...(tolerance === undefined && { agreement: { ...agreementOf(task, given, expected), limits } }),
    });
  }
  const difference = Math.max(...results.map((result) => result.largestDifference)) / scale;
  const isNear = tolerance === undefined || difference <= tolerance;
  const passed =
    isNear &&
    results.every(
      (result) =>
        keepsTheSame(result, inputs.length) &&
        (result.agreement === undefined || agrees(result.agreement, result.agreement.limits)),
    );
  return {
    inputs: inputs.length,
    points: results,
    difference,
    ...(tolerance !== undefined && { tolerance }),
    ...(score && { score }),
    passed,
  };
};

/** Whether no input that was looked at keeps other tokens. */
export const keepsTheSame = ({ samePositions }: VerifiedPoint, inputs: number): boolean =>
  samePositions === undefined || samePositions === tracedInputs(inputs);

const scoreOf = (
  { task }: RunnableModel,
  labelled: readonly LabelledInput[],
  given: readonly Float32Array[],
  expected: readonly Float32Array[],
): VerifiedScore => ({
  metric: task.defaultMetric,
  reference: task.score(task.defaultMetric, expected, labelled),
  engine: task.score(task.defaultMetric, given, labelled),
});

const countSamePositions = async (
  engine: RunnableModel,
  reference: RunnableModel,
  inputs: readonly EncoderInput[],
  point: OperatingPoint,
): Promise<number> => {
  let same = 0;
  for (const input of inputs) {
    const ours = await engine.keptPositions(input, point);
    const theirs = await reference.keptPositions(input, point);
    if (JSON.stringify(ours) === JSON.stringify(theirs)) same++;
  }
  return same;
};
