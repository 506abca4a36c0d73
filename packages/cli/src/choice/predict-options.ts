import type { PredictOptions, Predictor } from '@length-adaptive/models';
import { createPredictor, unheardOption } from '@length-adaptive/models';
import type { Context } from '../context/command.js';
import { CliError } from '../context/errors.js';
import { flagOf } from '../context/settings.js';
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
  readonly pair?: string | undefined;
}

/** What a text may spend, as the user said it. */
export const spendingOf = (
  { budget, lengthConfig }: LengthSettings,
  { model, lengthAdaptive }: OpenedModel,
): Pick<PredictOptions, 'budget' | 'point'> => {
  if (budget !== undefined) return { budget: parseBudget(budget) };
  if (lengthConfig === undefined) return { point: undefined };
  return { point: readPoint(lengthConfig, model.dimensions.layers, lengthAdaptive?.paretoSet ?? []) };
};

/** What opens a model, and what is made over it. */
interface OpenOptions<Made> {
  readonly source: string;
  readonly context: Context;
  readonly over: (opened: OpenedModel) => Made;
}

/** Opens a model, once the settings have been found to be in order; where nothing can be made over it, it is let go. */
export const openWith = async <Made>(
  settings: LengthSettings & EngineSettings,
  { source, context, over }: OpenOptions<Made>,
): Promise<Made> => {
  checkLengthSettings(settings);
  if (settings.budget !== undefined) parseBudget(settings.budget);
  const opened = await openRunnable(source, settings, context);
  try {
    return over(opened);
  } catch (error) {
    opened.model.dispose();
    throw error;
  }
};

/** A predictor with the options to call it with. */
export interface OpenedPredictor {
  readonly predictor: Predictor;
  readonly options: PredictOptions;
  readonly used: UsedEngine;
  /** Whether `--truncate` helps with a text that is too long: not with questions, which are never cut. */
  readonly truncates: boolean;
}

/** Opens the predictor that the settings name. @throws CliError `USAGE` for a second text where images are read, and for options of other tasks */
export const openPredictor = (settings: PredictSettings, source: string, context: Context): Promise<OpenedPredictor> =>
  openWith(settings, {
    source,
    context,
    over: (opened) => {
      const { truncate, answers, maxAnswerTokens, threshold, pair } = settings;
      if (pair !== undefined && opened.model.dimensions.image)
        throw new CliError('USAGE', '--pair is a second text, and the model reads images; leave it out.');
      const { task } = opened.model;
      const unheard = unheardOption(task, { threshold, answers, maxAnswerTokens });
      if (unheard !== undefined)
        throw new CliError(
          'USAGE',
          `${flagOf(unheard)} is for ${unheard === 'threshold' ? 'several labels a text' : 'questions'}, and the model does ${task.name}; leave it out.`,
        );
      return {
        predictor: createPredictor(opened),
        options: {
          ...spendingOf(settings, opened),
          ...{ truncate, answers, maxAnswerTokens, threshold, signal: context.signal },
        },
        used: opened.used,
        truncates: opened.model.task.longTexts === 'cut',
      };
    },
  });
