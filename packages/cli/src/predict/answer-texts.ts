import type { Prediction, PredictorInput, TextError, ZeroShotAnswer } from '@length-adaptive/models';
import { answerText } from '../choice/answer-text.js';
import { openPredictor } from '../choice/predict-options.js';
import type { Context } from '../context/command.js';
import type { UsedEngine } from '../engine/used-engine.js';
import type { PredictSettings } from './options.js';

/** Why a text has no answer. */
export interface TextFailure extends Omit<TextError, 'code'> {
  readonly code: string;
}

/** What a line for people says of an answer. */
export interface LineFields {
  readonly name: string;
  readonly confidence: string | undefined;
  readonly cost: number;
  readonly tokens: string;
}

/** What became of a text: its answer, and how a line says it. */
export type Answered =
  | { readonly answer: Prediction | ZeroShotAnswer; readonly line: LineFields; readonly error?: undefined }
  | { readonly error: TextFailure };

/** What answers texts. */
export interface TextAnswering {
  readonly used: UsedEngine;
  /** Whether `--truncate` helps with a text that is too long: not with questions, which are never cut. */
  readonly truncates: boolean;
  /** Whether texts are where images stand. */
  readonly readsImages: boolean;
  /** In the order of the texts; one that cannot be read has its error in its place. */
  answer(inputs: readonly PredictorInput[]): Promise<readonly Answered[]>;
  dispose(): void;
}

/** Opens a model for its own answers. */
export const openPredictions = async (
  settings: PredictSettings,
  source: string,
  context: Context,
): Promise<TextAnswering> => {
  const { predictor, options, used, truncates } = await openPredictor(settings, source, context);
  return {
    used,
    truncates,
    readsImages: predictor.dimensions.image !== undefined,
    answer: async (inputs) => {
      const found = await predictor.predict(inputs, { ...options, onError: 'answer' });
      return found.map((answer): Answered => {
        if (answer.error) return { error: answer.error };
        const { cost, tokens, keptTokens } = answer;
        const shown = `${tokens} -> ${keptTokens.at(-1) ?? tokens} tokens`;
        return { answer, line: { ...answerText(answer), cost, tokens: shown } };
      });
    },
    dispose: () => predictor.dispose(),
  };
};
