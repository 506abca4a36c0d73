import type { OperatingPoint } from '@length-adaptive/core';
import type { Budget, ParetoPoint } from '@length-adaptive/models';
import { parsePoint } from '@length-adaptive/models';
import { CliError } from '../context/errors.js';

/** What the user said about the length to run at. */
export interface LengthSettings {
  readonly budget: string | undefined;
  readonly lengthConfig: string | undefined;
}

const budgetForm =
  'write cost=0.5 (or cost=50%), latency=20ms, or score=0.9; with ;nearest behind it, what comes nearest runs where nothing keeps it';

/**
 * `cost=0.5`, `latency=20ms`, `score=0.9` -> a budget; `cost=0.5;nearest` -> one that is no bound. Whether its number makes sense is for the models to say.
 *
 * @throws CliError `USAGE`
 */
export const parseBudget = (text: string): Budget => {
  const [, kind, digits = '', unit = '', nearest] =
    /^(cost|latency|score)=(-?[\d.]+(?:e-?\d+)?)(%|ms|s)?(;nearest)?$/i.exec(text.replace(/\s/g, '')) ?? [];
  const value = digits === '' ? Number.NaN : Number(digits);
  if (kind === undefined || Number.isNaN(value))
    throw new CliError('USAGE', `--budget is ${JSON.stringify(text)}; ${budgetForm}.`);
  const fits = { cost: ['', '%'], latency: ['', 'ms', 's'], score: ['', '%'] }[kind.toLowerCase()] ?? [];
  if (!fits.includes(unit))
    throw new CliError('USAGE', `--budget ${JSON.stringify(text)} has the unit "${unit}"; ${budgetForm}.`);
  const scaled = unit === '%' ? value / 100 : unit === 's' ? value * 1000 : value;
  const mode = nearest === undefined ? {} : { strict: false };
  switch (kind.toLowerCase()) {
    case 'cost':
      return { cost: scaled, ...mode };
    case 'latency':
      return { latencyMs: scaled, ...mode };
    default:
      return { minScore: scaled, ...mode };
  }
};

/**
 * `full`, a number of the Pareto set, ratios or absolute lengths -> an operating point.
 *
 * @param flag where the text came from, for messages
 * @throws CliError `INPUT_INVALID` for a number beyond the Pareto set; CoreError `LENGTH_CONFIG_INVALID`
 */
export const readPoint = (
  text: string,
  layers: number,
  paretoSet: readonly ParetoPoint[],
  { flag = '--length-config' } = {},
): OperatingPoint => {
  const point = parsePoint(text, { layers, paretoSet });
  if (point) return point;
  const have = paretoSet.length === 0 ? 'was never searched' : `has configurations 0 to ${paretoSet.length - 1}`;
  throw new CliError('INPUT_INVALID', `${flag} is ${text} but this model ${have}.`);
};

/** @throws CliError `USAGE` when both were given */
export const checkLengthSettings = ({ budget, lengthConfig }: LengthSettings): void => {
  if (budget !== undefined && lengthConfig !== undefined)
    throw new CliError('USAGE', 'Give --budget or --length-config, not both.');
};
