import { isFullPoint } from '@length-adaptive/core';
import type { ReportedPoint } from './reported-point.js';

/** Times that differ by less than this share are taken for equal: so much the same pass differs from round to round. */
const margin = 0.03;

/**
 * For each configuration of a Pareto set the one that scores at least as well and was measured to be clearly faster: its number, or
 * `full` for a full length that is not in the set. A set is ordered by MACs or by predicted time, and a machine may differ.
 *
 * @param full the full length, measured too
 * @returns the fastest such configuration; undefined where there is none, or nothing was measured
 */
export const beatenInTime = (
  full: ReportedPoint,
  paretoSet: readonly ReportedPoint[],
): (number | 'full' | undefined)[] => {
  const rivals: { readonly name: number | 'full'; readonly point: ReportedPoint }[] = [
    ...paretoSet.map((point, name) => ({ name, point })),
    ...(paretoSet.some(({ point }) => isFullPoint(point)) ? [] : [{ name: 'full' as const, point: full }]),
  ];
  const time = ({ speedup, latencyMs }: ReportedPoint): number =>
    speedup === undefined ? Number.NaN : (latencyMs ?? Number.NaN);
  return paretoSet.map((own) => {
    const better = rivals.filter(({ point }) => point.score >= own.score && time(point) < (1 - margin) * time(own));
    return better.sort((a, b) => time(a.point) - time(b.point))[0]?.name;
  });
};

/** Says which configurations were measured to be slower than one that scores at least as well. */
export const describeBeaten = (full: ReportedPoint, paretoSet: readonly ReportedPoint[]): string[] => {
  const ms = ({ latencyMs = Number.NaN }: ReportedPoint): string => `${latencyMs.toFixed(2)} ms`;
  return paretoSet.flatMap((point, number) => {
    const { beatenBy } = point;
    const rival = beatenBy === 'full' ? full : paretoSet[beatenBy ?? -1];
    if (beatenBy === undefined || rival === undefined) return [];
    const name = beatenBy === 'full' ? 'the full length' : `configuration ${beatenBy}`;
    return [`Configuration ${number} took ${ms(point)}, and ${name}, which scores at least as well, ${ms(rival)}.`];
  });
};
