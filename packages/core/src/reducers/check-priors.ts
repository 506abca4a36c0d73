import type { EncoderInput } from '../encoder/batch.js';
import { CoreError } from '../errors.js';

/** What ranks the tokens of a batch. */
interface RankedBy {
  readonly reducer: { readonly name: string; readonly needsPrior?: boolean | undefined };
  /** The prior of an input counts in the layers below this number. */
  readonly priorLayers: number;
  /** Layers of the model. */
  readonly layers: number;
  /** Whether any token of a row leaves: where all stay, nobody ranks them. */
  readonly leaves: (row: number) => boolean;
}

/**
 * Refuses inputs without a prior, and priors that do not count in every layer, where a reducer has nothing else to rank tokens by.
 *
 * @throws CoreError `INPUT_INVALID`
 */
export const checkPriors = (
  inputs: readonly EncoderInput[],
  { reducer: { name, needsPrior = false }, priorLayers, layers, leaves }: RankedBy,
): void => {
  if (!needsPrior) return;
  const counts = priorLayers >= layers;
  const row = inputs.findIndex(({ prior }, at) => (prior === undefined || !counts) && leaves(at));
  if (row < 0) return;
  throw new CoreError(
    'INPUT_INVALID',
    counts
      ? `Row ${row} came without a prior, and the reducer "${name}" ranks tokens by that alone. Give one number a token, from 0 to 1e6: predict(texts, { prior: [[0, 3, 1, ...]] }), or encode(weights, [{ ids, prior }]). Or open the model with a prior that its inputs bring themselves (prior: "question-overlap"), or run it at full length.`
      : `The reducer "${name}" ranks tokens by the prior of an input alone, and the prior counts in ${priorLayers} of ${layers} layers. Open the model with { reducer: "${name}", prior: "given" }, or leave out priorLayers and the layers of a prior, so that it counts in all.`,
  );
};
