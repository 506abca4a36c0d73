import { createPredictor } from '@length-adaptive/models';
import type { Inspection, Predictor } from '@length-adaptive/models';
import type { Precision } from '@length-adaptive/onnx';
import type { Context } from '../context/command.js';
import { openRunnable } from '../engine/engine.js';
import type { EngineSettings } from '../engine/opened-model.js';
import type { UsedEngine } from '../engine/used-engine.js';
import type { Mail } from './read-mails.js';

/** Shares of the full MACs that may be spent. */
const budgets = [1, 0.5, 0.33] as const;

/** Mails that are answered beforehand, since the first calls are slow. */
const warmUp = 3;

/** Answers under one budget, in one precision. */
export interface AnswerRow {
  readonly precision: Precision;
  readonly budget: number;
  /** Share of the full MACs that was spent, mean over the mails. */
  readonly cost: number;
  /** Share of the mails whose answer is right. */
  readonly accuracy: number;
  /** Milliseconds a mail, one at a time, tokenizer included. */
  readonly milliseconds: number;
  /** Time of the full length in fp32 divided by this time. */
  readonly speedup: number;
}

/** What answering gave. */
export interface AnswerStory {
  readonly used: UsedEngine;
  readonly mails: number;
  readonly tokens: number;
  readonly rows: readonly AnswerRow[];
  /** Answers to a few mails at each budget, in fp32. */
  readonly examples: readonly { readonly text: string; readonly label: string; readonly answers: readonly string[] }[];
  /** One mail on its way through the layers at the smallest budget. */
  readonly inspected: { readonly text: string; readonly inspection: Inspection };
}

interface Contender {
  readonly precision: Precision;
  readonly budget: number;
  readonly predictor: Predictor;
  right: number;
  milliseconds: number;
  cost: number;
  readonly answers: string[];
}

const optionsOf = (budget: number) => ({
  ...(budget < 1 && { budget: { cost: budget, strict: false } }),
  truncate: true,
});

/** A mail that fits on a screen. */
const shortest = (mails: readonly Mail[]): Mail | undefined =>
  [...mails].filter(({ label }) => label === 'spam').sort((a, b) => a.text.length - b.text.length)[0];

/**
 * Answers mails at three budgets, in fp32 and, on ONNX Runtime, in int8: mail by mail, one contender after the other, so that all of them meet the same machine.
 *
 * @param mails that the model has never seen
 */
export const compareAnswers = async (
  folder: string,
  mails: readonly Mail[],
  { settings, context }: { readonly settings: EngineSettings; readonly context: Context },
): Promise<AnswerStory> => {
  const whole = await openRunnable(folder, settings, context);
  const predictors = new Map<Precision, Predictor>([['fp32', createPredictor(whole)]]);
  try {
    if (whole.used.engine === 'onnx')
      predictors.set('int8', createPredictor(await openRunnable(folder, { ...settings, precision: 'int8' }, context)));
    const contenders = [...predictors].flatMap(([precision, predictor]) =>
      budgets.map((budget): Contender => ({
        precision,
        budget,
        predictor,
        right: 0,
        milliseconds: 0,
        cost: 0,
        answers: [],
      })),
    );
    for (const { predictor, budget } of contenders)
      for (const { text } of mails.slice(0, warmUp)) await predictor.predict(text, optionsOf(budget));
    const progress = context.progress('answers', 'mails');
    let tokens = 0;
    for (const [at, { text, label }] of mails.entries()) {
      for (const contender of contenders) {
        const start = performance.now();
        const answer = await contender.predictor.predict(text, {
          ...optionsOf(contender.budget),
          signal: context.signal,
        });
        contender.milliseconds += performance.now() - start;
        contender.cost += answer.cost;
        if (answer.label === label) contender.right += 1;
        if (contender === contenders[0]) tokens += answer.tokens;
        contender.answers.push(`${answer.label} ${(100 * answer.score).toFixed(0)} %`);
      }
      progress.update(at + 1, mails.length);
    }
    progress.end();
    const full = contenders[0]?.milliseconds ?? Number.NaN;
    const inFp32 = contenders.filter(({ precision }) => precision === 'fp32');
    const shown = shortest(mails) ?? mails[0];
    const text = shown?.text ?? '';
    const inspection = await (predictors.get('fp32') as Predictor).inspect(text, optionsOf(Math.min(...budgets)));
    return {
      used: whole.used,
      mails: mails.length,
      tokens: tokens / mails.length,
      rows: contenders.map(({ precision, budget, right, milliseconds, cost }) => ({
        precision,
        budget,
        cost: cost / mails.length,
        accuracy: right / mails.length,
        milliseconds: milliseconds / mails.length,
        speedup: full / milliseconds,
      })),
      examples: mails
        .slice(0, 3)
        .map((mail, at) => ({ ...mail, answers: inFp32.map(({ answers }) => answers[at] ?? '') })),
      inspected: { text, inspection },
    };
  } finally {
    for (const predictor of predictors.values()) predictor.dispose();
  }
};
