import type { OperatingPoint } from '@length-adaptive/core/lengths';
import { isFullPoint } from '@length-adaptive/core/lengths';
import { mean } from '@length-adaptive/models/engine';
import type { Task } from '@length-adaptive/models/predict';

/** How far two engines agree about what they answer. */
export interface Agreement {
  /** What was compared: an input's class or value, a token's tag, where an answer starts and where it ends. */
  readonly decisions: number;
  /** Share of the decisions that are equal; absent for values, which are never the same. */
  readonly equal?: number;
  /** The same, each counted by the reference's margin: how much more probable its choice is than the second best. A flip of what was nearly a tie weighs little. */
  readonly weighed?: number;
  /** Root mean square of the differences of logits, relative to how much the reference's own vary: 0 is the same, 1 is no better than a file that ignores its input. */
  readonly error: number;
}

/** What a file of integer weights must reach. */
export interface AgreementLimits {
  /** Least share of equal answers, each counted by the reference's margin. */
  readonly least: number;
  /** Largest error of the logits. */
  readonly error: number;
}

/**
 * What is asked of an operating point. At the full length 8-bit weights are off by a tenth to a third, and a model that lost one of its layers is off by a half.
 * Where tokens are dropped, which of two that are nearly as significant stays falls otherwise with any other arithmetic: a model that was
 * not trained to do without them answers otherwise then, and that is no fault of the file. What is left to ask is that it looks at its input.
 *
 * @param least share of equal answers at the full length
 */
export const agreementLimits = (point: OperatingPoint, least = 0.9): AgreementLimits =>
  isFullPoint(point) ? { least, error: 0.45 } : { least: Math.max(0, least - 0.15), error: 1 };

/** Where texts all mean the same the reference's logits hardly vary: they are taken to vary by at least this share of their size. */
const leastVariation = 0.2;

const chunks = (values: ArrayLike<number>, size: number): number[][] =>
  Array.from({ length: values.length / size }, (_, row) =>
    Array.from({ length: size }, (_, i) => values[row * size + i] as number),
  );

/** The logits of one input as rows that are chosen from: its classes, those of each token, or its tokens as starts and as ends. */
const rowsOf = (
  { distribution, readout: { outputs } }: Pick<Task, 'distribution' | 'readout'>,
  logits: ArrayLike<number>,
): number[][] => {
  if (distribution === 'outputs') return chunks(logits, outputs);
  if (distribution === 'tokens') {
    const tokens = chunks(logits, outputs);
    return Array.from({ length: outputs }, (_, output) => tokens.map((row) => row[output] as number));
  }
  return chunks(logits, 1).map(([logit = Number.NaN]) => (distribution === 'none' ? [logit] : [0, logit])); // a value; or yes and no
};

/** Probabilities do not change when all logits of a row move by the same amount: that is no difference. */
const centred = (row: readonly number[]): readonly number[] => {
  const middle = row.length > 1 ? mean(row) : 0;
  return row.map((value) => value - middle);
};

/** Place of the largest of a row, and how much more probable it is than the second. */
const choiceOf = (row: readonly number[]): { readonly choice: number; readonly margin: number } => {
  const largest = Math.max(...row);
  const powers = row.map((value) => Math.exp(value - largest));
  const [first = 0, second = 0] = [...powers].sort((a, b) => b - a);
  return { choice: row.indexOf(largest), margin: (first - second) / powers.reduce((sum, power) => sum + power, 0) };
};

/** Sum of the squares of all differences to what rows of one length have in common. */
const variation = (rows: readonly (readonly number[])[]): number => {
  const length = rows[0]?.length ?? 0;
  const common = rows.every((row) => row.length === length) && rows.length > 1;
  const middle = Array.from({ length }, (_, i) => (common ? mean(rows.map((row) => row[i] as number)) : 0));
  return rows.reduce(
    (sum, row) => sum + row.reduce((total, value, i) => total + (value - (middle[i] ?? 0)) ** 2, 0),
    0,
  );
};

const energy = (rows: readonly (readonly number[])[]): number =>
  rows.reduce((sum, row) => sum + row.reduce((total, value) => total + value ** 2, 0), 0);

/**
 * How far an engine agrees with the reference about the answers to the same inputs.
 *
 * @param given logits of each input, as the engine gives them
 * @param expected those of the reference
 */
export const agreementOf = (
  task: Pick<Task, 'distribution' | 'readout'>,
  given: readonly ArrayLike<number>[],
  expected: readonly ArrayLike<number>[],
): Agreement => {
  const theirs = expected.flatMap((logits) => rowsOf(task, logits).map(centred));
  const ours = expected.flatMap((logits, i) =>
    rowsOf(
      task,
      Array.from(logits, (_, k) => given[i]?.[k] ?? Number.NaN),
    ).map(centred),
  );
  let [equal, margins, equalMargins] = [0, 0, 0];
  theirs.forEach((row, i) => {
    const { choice, margin } = choiceOf(row);
    const same = choice === choiceOf(ours[i] ?? []).choice ? 1 : 0;
    equal += same;
    margins += margin;
    equalMargins += same * margin;
  });
  const off = energy(theirs.map((row, i) => row.map((value, k) => value - (ours[i]?.[k] ?? Number.NaN))));
  const scale = Math.max(variation(theirs), leastVariation ** 2 * energy(theirs));
  return {
    decisions: theirs.length,
    ...(task.distribution !== 'none' && {
      equal: equal / theirs.length,
      weighed: margins === 0 ? equal / theirs.length : equalMargins / margins,
    }),
    error: off === 0 ? 0 : Math.sqrt(off / scale),
  };
};

/** Whether a point reaches what is asked of it; no number reaches nothing. */
export const agrees = ({ weighed = 1, error }: Agreement, limits: AgreementLimits): boolean =>
  weighed >= limits.least && error <= limits.error;
