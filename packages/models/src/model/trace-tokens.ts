import type { EncoderInput } from '@length-adaptive/core';
import type { OperatingPoint } from '@length-adaptive/core/lengths';
import type { RunnableModel } from './runnable-model.js';
import type { TokenTrace } from './token-trace.js';

/** All that is known of the tokens of one input: by one run of a model that tells it at once, else by a run for each. */
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
