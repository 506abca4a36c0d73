import type { PredictOptions, Predictor } from '@length-adaptive/models';
import { createPredictor } from '@length-adaptive/models';
import type { Context } from '../context/command.js';
import type { EngineSettings, OpenedModel } from '../engine/opened-model.js';
import { openRunnable } from '../engine/engine.js';
import type { LengthSettings } from './length-choice.js';
import { checkLengthSettings, parseBudget, readPoint } from './length-choice.js';
import type { UsedEngine } from '../engine/used-engine.js';

interface PredictSettings extends LengthSettings, EngineSettings {
  readonly truncate: boolean;
  readonly answers?: number | undefined;
  readonly maxAnswerTokens?: number | undefined;
  readonly threshold?: number | undefined;
}

/** The options of a predictor from what the user said. */
const predictOptionsOf = (
  { budget, lengthConfig, truncate, answers, maxAnswerTokens, threshold }: PredictSettings,
  { model, lengthAdaptive }: OpenedModel,
  signal: AbortSignal | undefined,
): PredictOptions => {
  const asked =
    lengthConfig === undefined
      ? undefined
      : readPoint(lengthConfig, model.dimensions.layers, lengthAdaptive?.paretoSet ?? []);
  return {
    ...(budget === undefined ? { point: asked } : { budget: parseBudget(budget) }),
    ...{ truncate, answers, maxAnswerTokens, threshold },
    signal,
  };
};

/** A predictor with the options to call it with. */
export interface OpenedPredictor {
  readonly predictor: Predictor;
  readonly options: PredictOptions;
  readonly used: UsedEngine;
  /** Whether `--truncate` helps with a text that is too long: not with questions, which are never cut. */
  readonly truncates: boolean;
}

/** Opens the predictor that the settings name, once they have been found to be in order. */
export const openPredictor = async (
  settings: PredictSettings,
  source: string,
  context: Context,
): Promise<OpenedPredictor> => {
  checkLengthSettings(settings);
  if (settings.budget !== undefined) parseBudget(settings.budget);
  const opened = await openRunnable(source, settings, context);
  try {
    const { used, model } = opened;
    return {
      predictor: createPredictor(opened),
      options: predictOptionsOf(settings, opened, context.signal),
      used,
      truncates: model.task.longTexts === 'cut',
    };
  } catch (error) {
    opened.model.dispose();
    throw error;
  }
};
