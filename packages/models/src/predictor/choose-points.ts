/** Which operating point each text of a call runs at. */
import type { OperatingPoint } from '@length-adaptive/core/lengths';
import { ModelError } from '../errors.js';
import { bitsIn } from '../folder/bits.js';
import { checkPoint } from '../folder/check-point.js';
import type { ParetoPoint } from '../folder/length-adaptive-file.js';
import type { LatencyModel } from '../latency/latency-model.js';
import { largest } from '../metrics/largest.js';
import { sum } from '../metrics/sum.js';
import type { RunnableModel } from '../model/runnable-model.js';
import type { PreparedText } from '../tasks/task.js';
import type { Budget, BudgetChoice } from './budget.js';
import { checkBudget, choiceForBudget } from './budget.js';
import type { AffordablePoints, PredictOptions } from './prediction.js';
import type { Read } from './read-each.js';
import { readOne } from './read-each.js';

/** Tokens up to which latency is calibrated at least. */
const usualLength = 128;

/** The point that a text runs at. */
interface ChosenPoint {
  readonly point: OperatingPoint;
  /** Nothing keeps the budget of the text, and this comes nearest. */
  readonly overBudget?: true;
}

/** A text with the point that it runs at. */
export interface Chosen extends ChosenPoint {
  readonly text: PreparedText;
}

/** What chooses for the texts of one model. */
export interface PointChooser {
  /** Share of the full model's MACs that a point spends on inputs of so many tokens. */
  shareOf(tokens: readonly number[], point: OperatingPoint): number;
  /**
   * The point of each text, by what was asked for.
   *
   * @param inPlace whether what is wrong with one text is its error, or is thrown
   * @throws ModelError `OPTION_INVALID`, `BUDGET_INVALID`, `BUDGET_INFEASIBLE`, `ABORTED`; CoreError `LENGTH_CONFIG_INVALID`, `OPERATING_POINT_INVALID`
   */
  choose(texts: readonly Read<PreparedText>[], options: PredictOptions, inPlace: boolean): Promise<Read<Chosen>[]>;
  /** Takes into account how long an input took that ran alone. */
  observe(tokens: number, point: OperatingPoint, milliseconds: number): void;
}

const asChosen = ({ point: { point }, overBudget }: BudgetChoice): ChosenPoint => ({
  point,
  ...(overBudget && { overBudget }),
});

const tokensOf = ({ inputs }: PreparedText): number[] => inputs.map(({ ids }) => ids.length);

/** @throws ModelError `OPTION_INVALID` without a point to choose from, `BUDGET_INVALID` for a cost that is no share */
const checkAffordable = ({ cost, among }: AffordablePoints): void => {
  checkBudget({ cost });
  if (among.length === 0)
    throw new ModelError('OPTION_INVALID', 'A text came with no point to choose from; expected at least one.');
};

/** @throws ModelError `OPTION_INVALID` for another number of points than of texts, and what is wrong with one of them */
const checkPoints = (model: RunnableModel, points: NonNullable<PredictOptions['points']>, texts: number): void => {
  if (points.length !== texts)
    throw new ModelError('OPTION_INVALID', `${texts} texts came with ${points.length} points; expected one each.`);
  for (const point of new Set(points.flatMap((own) => ('among' in own ? own.among.map(({ point }) => point) : [own]))))
    checkPoint(point, model);
  for (const own of points) if ('among' in own) checkAffordable(own);
};

/** @throws ModelError `BUDGET_INFEASIBLE` for a budget that only a search could tell how to keep */
const checkSearched = (budget: Budget, searched: readonly ParetoPoint[]): void => {
  const asksForFewer = 'cost' in budget && budget.cost < 1;
  if (searched.length > 0 || budget.strict === false || !('minScore' in budget || asksForFewer)) return;
  throw new ModelError(
    'BUDGET_INFEASIBLE',
    'This model was never searched, so that its full length is all that is known of it; search it first (searchLengths, or lat search), or give a point.',
  );
};

/**
 * Chooses among the points of a Pareto set, which is that of the model.
 *
 * @param searched the points that a search found; none where there was no search
 * @param full what stands for the full length
 */
export const createPointChooser = (
  model: RunnableModel,
  { searched, full }: { readonly searched: readonly ParetoPoint[]; readonly full: ParetoPoint },
): PointChooser => {
  const paretoSet = searched.length > 0 ? searched : [full];
  let latency: { readonly model: LatencyModel; readonly longest: number } | undefined;
  let calibrating: Promise<unknown> = Promise.resolve();
  /** Calibrated once, and again for inputs that are much longer than any that was timed. */
  const latencyNow = async (longest: number, signal: AbortSignal | undefined): Promise<LatencyModel> => {
    if (!latency || longest > 1.5 * latency.longest) {
      const { calibrateLatency } = await import('../latency/calibrate-latency.js'); // budgets are seldom in milliseconds
      const timed = Math.max(usualLength, longest);
      const lengths = [Math.min(8, longest), timed];
      latency = { model: await calibrateLatency(model, { lengths, bits: bitsIn(searched), signal }), longest: timed };
    }
    return latency.model;
  };
  /** One call after another: two calibrations at once would each time the other, too. */
  const latencyFor = (longest: number, signal: AbortSignal | undefined): Promise<LatencyModel> => {
    const found = calibrating.then(() => latencyNow(longest, signal));
    calibrating = found.catch(() => undefined); // the next calibrates for itself
    return found;
  };

  const shareOf = (tokens: readonly number[], at: OperatingPoint): number =>
    sum(tokens.map((count) => model.macs(count, at))) / sum(tokens.map((count) => model.macs(count)));

  /** The best of some points that a text can afford at its tokens. */
  const affordable = (tokens: readonly number[], budget: Budget, among: readonly ParetoPoint[]): ChosenPoint =>
    asChosen(choiceForBudget(among, budget, { costOf: (at) => shareOf(tokens, at) }));

  /** @returns what chooses the point of a text whose inputs have these numbers of tokens */
  const chooser = async (
    { budget, point, signal }: PredictOptions,
    longest: number,
  ): Promise<(tokens: readonly number[]) => ChosenPoint> => {
    if (point) {
      checkPoint(point, model);
      return () => ({ point });
    }
    if (budget === undefined) return () => ({ point: model.builtIn ?? full.point });
    checkBudget(budget);
    checkSearched(budget, searched);
    if ('latencyMs' in budget) {
      const fitted = await latencyFor(longest, signal);
      const latencyOf = (tokens: readonly number[], at: OperatingPoint): number =>
        sum(tokens.map((count) => fitted.milliseconds(count, at)));
      return (tokens) => asChosen(choiceForBudget(paretoSet, budget, { latencyOf: (at) => latencyOf(tokens, at) }));
    }
    if ('cost' in budget) return (tokens) => affordable(tokens, budget, paretoSet);
    const chosen = asChosen(choiceForBudget(paretoSet, budget));
    return () => chosen;
  };

  return {
    shareOf,
    choose: async (texts, options, inPlace) => {
      const { points } = options;
      if (points) checkPoints(model, points, texts.length);
      const longest = largest(texts.flatMap(({ value }) => (value ? tokensOf(value) : [])));
      const choose = points ? () => ({ point: full.point }) : await chooser(options, longest);
      return texts.map((read, row) =>
        read.error
          ? read
          : readOne(inPlace, (): Chosen => {
              const tokens = tokensOf(read.value);
              const own = points?.[row];
              if (!own) return { text: read.value, ...choose(tokens) };
              const chosen = 'among' in own ? affordable(tokens, { cost: own.cost }, own.among) : { point: own };
              return { text: read.value, ...chosen };
            }),
      );
    },
    observe: (tokens, point, milliseconds) => latency?.model.observe(tokens, point, milliseconds),
  };
};
