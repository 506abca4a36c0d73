import type { Axis, Objectives } from '../dominance.js';
import { SearchError, type SearchErrorCode } from '../errors.js';

/**
 * Rows of minimised objective values, each of them checked.
 *
 * @throws SearchError `code` where a value is missing or no finite number
 */
export const finiteRows = <Name extends string>(
  points: readonly Objectives<Name>[],
  axes: readonly Axis<Name>[],
  { what, code = 'INVALID_OBJECTIVES' }: { readonly what: string; readonly code?: SearchErrorCode },
): Float64Array => {
  const values = new Float64Array(points.length * axes.length);
  let next = 0;
  for (const point of points) {
    for (const { name, sign } of axes) {
      const value = point[name];
      if (!Number.isFinite(value)) {
        const names = axes.map((axis) => axis.name).join(', ');
        throw new SearchError(
          code,
          `${what} has ${name} = ${String(value)} in ${JSON.stringify(point)}: expected a finite number for each of ${names}.`,
        );
      }
      values[next] = sign * value;
      next += 1;
    }
  }
  return values;
};
