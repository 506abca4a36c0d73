import type { PredictOptions, Predictor } from '@length-adaptive/models';
import { createPredictor } from '@length-adaptive/models';
import type { Context } from './command.js';
import type { EngineSettings, OpenedModel } from './engine.js';
import { openRunnable } from './engine.js';
import type { LengthSettings } from './length-choice.js';
import { checkLengthSettings, parseBudget, parseConfig } from './length-choice.js';
import type { UsedEngine } from './used-engine.js';

type PredictSettings = LengthSettings & EngineSettings & { readonly truncate: boolean };

/** The options of a predictor from what the user said. */
const predictOptionsOf = (
  { budget, lengthConfig, truncate }: PredictSettings,
  { model, lengthAdaptive }: OpenedModel,
  signal: AbortSignal | undefined,
): PredictOptions => {
  const asked = lengthConfig === undefined ? undefined : parseConfig(lengthConfig, model.dimensions.layers, lengthAdaptive?.paretoSet ?? []);
  return {
    ...(budget === undefined ? { lengthConfig: asked } : { budget: parseBudget(budget) }),
    truncate,
    signal,
  };
};

/** Opens the predictor that the settings name, once they have been found to be in order. */
export const openPredictor = async (
  settings: PredictSettings,
  source: string,
  context: Context,
): Promise<{ readonly predictor: Predictor; readonly options: PredictOptions; readonly used: UsedEngine }> => {
  checkLengthSettings(settings);
  if (settings.budget !== undefined) parseBudget(settings.budget);
  const opened = await openRunnable(source, settings, context);
  try {
    return { predictor: createPredictor(opened), options: predictOptionsOf(settings, opened, context.signal), used: opened.used };
  } catch (error) {
    opened.model.dispose();
    throw error;
  }
};
