import type { PredictOptions, TextModel } from '@length-adaptive/models';
import type { LengthSettings } from './length-choice.js';
import { checkLengthSettings, parseBudget, parseConfig } from './length-choice.js';

/** The options of a predictor from what the user said. */
export const predictOptionsOf = (
  { truncate, ...settings }: LengthSettings & { readonly truncate: boolean },
  { model, lengthAdaptive }: Pick<TextModel, 'model' | 'lengthAdaptive'>,
  signal: AbortSignal | undefined,
): PredictOptions => {
  checkLengthSettings(settings);
  const { budget, lengthConfig } = settings;
  return {
    ...(budget !== undefined && { budget: parseBudget(budget) }),
    ...(lengthConfig !== undefined && { lengthConfig: parseConfig(lengthConfig, model.dimensions.layers, lengthAdaptive?.paretoSet ?? []) }),
    truncate,
    signal,
  };
};
