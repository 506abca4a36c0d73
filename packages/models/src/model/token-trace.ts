import type { EncoderInput } from '@length-adaptive/core';
import type { OperatingPoint } from '@length-adaptive/core/lengths';
import type { RunnableModel } from './runnable-model.js';

/** What became of the tokens of one input, layer by layer. */
export interface TokenTrace {
  /** As `RunnableModel.keptPositions` has it. */
  readonly kept: readonly (readonly number[])[];
  /** As `RunnableModel.tokenScores` has it; undefined where they are not known. */
  readonly scores?: readonly (readonly number[])[] | undefined;
  /** As `RunnableModel.mergedInto` has it. */
  readonly mergedInto?: readonly (readonly number[])[] | undefined;
}

/** All of it: by one run of a model that tells it at once, else by a run for each. */
export const traceTokens = async (
  model: RunnableModel,
  input: EncoderInput,
  point: OperatingPoint,
  { scores = false } = {},
): Promise<TokenTrace> =>
  model.tokenTrace
    ? model.tokenTrace(input, point)
    : {
        kept: await model.keptPositions(input, point),
        scores: scores ? await model.tokenScores?.(input, point) : undefined,
        mergedInto: await model.mergedInto?.(input, point),
      };
