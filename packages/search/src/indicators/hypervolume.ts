import { axesOf, type Directions, type Objectives } from '../dominance.js';
import { areaBelow } from './area.js';
import { finiteRows } from './rows.js';
import { wfg } from './wfg.js';

/** Whether a row beats the reference in every objective. */
const isBelow = (values: Float64Array, start: number, reference: Float64Array): boolean => {
  for (let m = 0; m < reference.length; m += 1) if (!((values[start + m] ?? 0) < (reference[m] ?? 0))) return false;
  return true;
};

/** The rows that beat the reference in every objective; where all do, the same array. */
const rowsBelow = (values: Float64Array, reference: Float64Array): Float64Array => {
  const width = reference.length;
  let start = 0;
  while (start < values.length && isBelow(values, start, reference)) start += width;
  if (start === values.length) return values;
  const below = values.slice();
  let end = start;
  for (; start < values.length; start += width) {
    if (!isBelow(values, start, reference)) continue;
    below.copyWithin(end, start, start + width);
    end += width;
  }
  return below.subarray(0, end);
};

/** The hypervolume of rows of minimised objectives, as many in a row as the reference has: exact for any number of them. */
export const hypervolumeBelow = (values: Float64Array, reference: Float64Array): number => {
  const rows = rowsBelow(values, reference);
  if (rows.length === 0) return 0;
  if (reference.length === 1) return (reference[0] ?? 0) - rows.reduce((least, value) => Math.min(least, value));
  return reference.length === 2 ? areaBelow(rows, reference) : wfg(rows, reference);
};

/**
 * The hypervolume of a set of points: how much of objective space, up to a reference point, is dominated by them. Exact for any number
 * of objectives: sweeps for two to four, WFG for more. Points that do not beat the reference in every objective add nothing.
 *
 * @param points objective values by name; dominated points and duplicates are harmless
 * @param reference a point worse than all of interest, in the units of the objectives
 * @throws SearchError `INVALID_OBJECTIVES` for a point, `INVALID_OPTION` for a reference without a finite number for each objective
 * @example
 * hypervolume([{ cost: 1, score: 2 }], { cost: 3, score: 0 }, { cost: 'minimize', score: 'maximize' }); // 4
 */
export const hypervolume = <Name extends string>(
  points: readonly Objectives<Name>[],
  reference: Objectives<Name>,
  directions: Directions<Name>,
): number => {
  const axes = axesOf(directions);
  return hypervolumeBelow(
    finiteRows(points, axes, { what: 'a point' }),
    finiteRows([reference], axes, { what: 'the reference', code: 'INVALID_OPTION' }),
  );
};
