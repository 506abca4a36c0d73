import type { OperatingPoint } from '@length-adaptive/core';
import type { PointMeasures, RunnableTextModel } from '@length-adaptive/models';
import { bitsIn, calibrateLatency, choiceForBudget, macsShare, runsBits } from '@length-adaptive/models';
import { CliError } from '../context/errors.js';
import type { LengthSettings } from './length-choice.js';
import { parseBudget, readPoint } from './length-choice.js';

/**
 * The one operating point for many texts that the settings ask for; undefined when they ask for none. A budget of cost is kept at the tokens
 * of all the texts together, and at the mean of the search where there are no texts.
 *
 * @param lengths tokens of each text; none where the point is chosen before there are texts
 * @param options.note is told where nothing keeps a budget and what comes nearest is chosen. Default: nobody
 * @param options.anyBits whether the point is for files to come, which have any bits, and not for the model to run. Default false
 * @throws CliError `INPUT_INVALID` for a budget when there is nothing to choose from
 */
export const chosenPoint = async (
  { budget, lengthConfig }: LengthSettings,
  { model, lengthAdaptive }: RunnableTextModel,
  lengths: readonly number[],
  {
    anyBits = false,
    note = () => undefined,
  }: { readonly anyBits?: boolean; readonly note?: ((line: string) => void) | undefined } = {},
): Promise<OperatingPoint | undefined> => {
  const all = lengthAdaptive?.paretoSet ?? [];
  if (lengthConfig !== undefined) return readPoint(lengthConfig, model.dimensions.layers, all);
  const searched = all.filter(({ point }) => anyBits || runsBits(point, model));
  if (budget === undefined) return undefined;
  const wanted = parseBudget(budget);
  if (searched.length === 0) {
    throw new CliError(
      'INPUT_INVALID',
      'This model was never searched, so it has no configuration to choose for a budget. Search it first (lat search), or give --length-config.',
    );
  }
  const choose = (measures: PointMeasures): OperatingPoint => {
    const { point, overBudget } = choiceForBudget(searched, wanted, measures);
    if (overBudget) note(`No configuration keeps the budget ${budget}; what comes nearest runs.`);
    return point.point;
  };
  if (!('latencyMs' in wanted)) {
    const costOf = (point: OperatingPoint): number => macsShare(model, point, lengths);
    return choose(lengths.length > 0 ? { costOf } : {});
  }
  const tokens = Math.round(lengths.reduce((sum, own) => sum + own, 0) / lengths.length);
  const latency = await calibrateLatency(model, { lengths: [tokens], bits: bitsIn(searched) });
  return choose({ latencyOf: (point) => latency.milliseconds(tokens, point) });
};
