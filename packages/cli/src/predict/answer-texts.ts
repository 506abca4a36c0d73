import type {
  Prediction,
  RawImage,
  TextError,
  TextInput,
  ZeroShotAnswer,
  ZeroShotImageAnswer,
} from '@length-adaptive/models';
import { ModelError, readImage } from '@length-adaptive/models';
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
  /** Nothing keeps the budget: this came nearest. */
  readonly overBudget?: true | undefined;
  readonly tokens: string;
}

/** What became of a text: its answer, and how a line says it. */
export type Answered =
  | {
      readonly answer: Prediction | ZeroShotAnswer | ZeroShotImageAnswer;
      readonly line: LineFields;
      readonly error?: undefined;
    }
  | { readonly error: TextFailure };

/** What answers texts. */
export interface TextAnswering {
  readonly used: UsedEngine;
  /** What an input is called in a message. */
  readonly noun: 'Text' | 'Image';
  /** Whether `--truncate` helps with a text that is too long: not with questions, which are never cut. */
  readonly truncates: boolean;
  /** In the order of the texts; one that cannot be read has its error in its place. */
  answer(inputs: readonly TextInput[]): Promise<readonly Answered[]>;
  dispose(): void;
}

const hasFailed = (
  input: TextInput | RawImage | { readonly error: TextFailure },
): input is { readonly error: TextFailure } => typeof input === 'object' && 'error' in input;

/** The image at a path or an address, or why there is none. */
export const imageAt = async (input: TextInput): Promise<RawImage | { readonly error: TextFailure }> => {
  if (typeof input !== 'string')
    return {
      error: {
        code: 'INPUT_INVALID',
        message: 'A second text came with an image, which is read by itself; leave it out.',
      },
    };
  try {
    return await readImage(input);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return { error: { code: 'INPUT_INVALID', message: error.message } };
  }
};

/** Opens a model for its own answers. */
export const openPredictions = async (
  settings: PredictSettings,
  source: string,
  context: Context,
): Promise<TextAnswering> => {
  const { predictor, options, used, truncates } = await openPredictor(settings, source, context);
  return {
    used,
    noun: predictor.dimensions.image ? 'Image' : 'Text',
    truncates,
    answer: async (given) => {
      const inputs = predictor.dimensions.image ? await Promise.all(given.map(imageAt)) : given;
      const readable = inputs.flatMap((input) => (hasFailed(input) ? [] : [input]));
      const found = [...(await predictor.predict(readable, { ...options, onError: 'answer' }))];
      return inputs.map((input): Answered => {
        const answer = hasFailed(input) ? input : (found.shift() as (typeof found)[number]);
        if (answer.error) return { error: answer.error };
        const { cost, overBudget, tokens, keptTokens } = answer;
        const shown = `${tokens} -> ${keptTokens.at(-1) ?? tokens} tokens`;
        return { answer, line: { ...answerText(answer), cost, overBudget, tokens: shown } };
      });
    },
    dispose: () => predictor.dispose(),
  };
};
