import type { LengthConfig } from '@length-adaptive/core';
import { lengthsOf } from '@length-adaptive/core';
import type { RunnableTextModel } from '@length-adaptive/models';
import { calibrateLatency, pointForBudget } from '@length-adaptive/models';
import { CliError } from '../context/errors.js';
import type { LengthSettings } from './length-choice.js';
import { parseBudget, parseConfig } from './length-choice.js';

/**
 * The one configuration for many texts that the settings ask for; undefined when they ask for none.
 *
 * @param meanTokens tokens of a text, for a budget of latency
 * @throws CliError `INPUT_INVALID` for a budget when there is nothing to choose from
 */
export const chosenConfig = async (
  { budget, lengthConfig }: LengthSettings,
  { model, lengthAdaptive }: RunnableTextModel,
  meanTokens: number,
): Promise<LengthConfig | undefined> => {
  const searched = lengthAdaptive?.paretoSet ?? [];
  if (lengthConfig !== undefined) return parseConfig(lengthConfig, model.dimensions.layers, searched);
  if (budget === undefined) return undefined;
  const wanted = parseBudget(budget);
  if (searched.length === 0) {
    throw new CliError(
      'INPUT_INVALID',
      'This model was never searched, so it has no configuration to choose for a budget. Search it first (lat search), or give --length-config.',
    );
  }
  const { layers } = model.dimensions;
  if (!('latencyMs' in wanted)) return lengthsOf(pointForBudget(searched, wanted).point, layers);
  const tokens = Math.round(meanTokens);
  const latency = await calibrateLatency(model, { lengths: [tokens] });
  const { point: chosen } = pointForBudget(searched, wanted, (point) =>
    latency.milliseconds(tokens, lengthsOf(point, layers)),
  );
  return lengthsOf(chosen, layers);
};
