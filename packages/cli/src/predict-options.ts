import type { PredictOptions, Predictor, TextModel } from '@length-adaptive/models';
import { createPredictor, openTrainedModel } from '@length-adaptive/models';
import { startBackend } from './backend.js';
import type { LengthSettings } from './length-choice.js';
import { checkLengthSettings, parseBudget, parseConfig } from './length-choice.js';

/** The options of a predictor from what the user said. */
const predictOptionsOf = (
  { truncate, ...settings }: LengthSettings & { readonly truncate: boolean },
  { model, lengthAdaptive }: Pick<TextModel, 'model' | 'lengthAdaptive'>,
  signal: AbortSignal | undefined,
): PredictOptions => {
  const { budget, lengthConfig } = settings;
  return {
    ...(budget !== undefined && { budget: parseBudget(budget) }),
    ...(lengthConfig !== undefined && { lengthConfig: parseConfig(lengthConfig, model.dimensions.layers, lengthAdaptive?.paretoSet ?? []) }),
    truncate,
    signal,
  };
};

/** Opens the predictor that the settings name, once they have been found to be in order. */
export const openPredictor = async (
  settings: LengthSettings & { readonly truncate: boolean } & Parameters<typeof startBackend>[0],
  source: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly predictor: Predictor; readonly options: PredictOptions }> => {
  checkLengthSettings(settings);
  if (settings.budget !== undefined) parseBudget(settings.budget);
  await startBackend(settings);
  const opened = await openTrainedModel(source);
  try {
    return { predictor: createPredictor(opened), options: predictOptionsOf(settings, opened, signal) };
  } catch (error) {
    opened.model.dispose();
    throw error;
  }
};
