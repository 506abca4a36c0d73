import type { OperatingPoint } from '@length-adaptive/core';
import type { RunnableTextModel } from '@length-adaptive/models';
import { calibrateLatency, pointForBudget } from '@length-adaptive/models';
import { CliError } from '../context/errors.js';
import type { LengthSettings } from './length-choice.js';
import { parseBudget, readPoint } from './length-choice.js';

/**
 * The one operating point for many texts that the settings ask for; undefined when they ask for none.
 *
 * @param meanTokens tokens of a text, for a budget of latency
 * @throws CliError `INPUT_INVALID` for a budget when there is nothing to choose from
 */
export const chosenPoint = async (
  { budget, lengthConfig }: LengthSettings,
  { model, lengthAdaptive }: RunnableTextModel,
  meanTokens: number,
): Promise<OperatingPoint | undefined> => {
  const searched = lengthAdaptive?.paretoSet ?? [];
  if (lengthConfig !== undefined) return readPoint(lengthConfig, model.dimensions.layers, searched);
  if (budget === undefined) return undefined;
  const wanted = parseBudget(budget);
  if (searched.length === 0) {
    throw new CliError(
      'INPUT_INVALID',
      'This model was never searched, so it has no configuration to choose for a budget. Search it first (lat search), or give --length-config.',
    );
  }
  if (!('latencyMs' in wanted)) return pointForBudget(searched, wanted).point;
  const tokens = Math.round(meanTokens);
  const latency = await calibrateLatency(model, { lengths: [tokens] });
  return pointForBudget(searched, wanted, (point) => latency.milliseconds(tokens, point)).point;
};
