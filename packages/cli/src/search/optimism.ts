import type { ReportedPoint } from './reported-point.js';

/** How much better a Pareto set looks by the scores that it was chosen by: whatever is the best of many had luck too. Means over the set. */
export interface Optimism {
  /** The scores above what the search expects of them, by all that it scored; absent where it expects nothing. */
  readonly aboveExpected?: number;
  /** What the set loses against the full length, on the searched and on the held-out examples; absent unless both were scored by one metric. */
  readonly loss?: { readonly searched: number; readonly heldOut: number };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Undefined where there is nothing that scores can be held against. */
export const optimismOf = (
  { full, paretoSet }: { readonly full: ReportedPoint; readonly paretoSet: readonly ReportedPoint[] },
  { metric, reportMetric }: { readonly metric: string; readonly reportMetric: string },
): Optimism | undefined => {
  const differences = paretoSet.flatMap(({ score, expectedScore }) =>
    expectedScore === undefined ? [] : [score - expectedScore],
  );
  const losses = paretoSet.flatMap(({ score, heldOutScore }) =>
    heldOutScore === undefined || full.heldOutScore === undefined || metric !== reportMetric
      ? []
      : [{ searched: full.score - score, heldOut: full.heldOutScore - heldOutScore }],
  );
  if (differences.length + losses.length === 0) return undefined;
  return {
    ...(differences.length > 0 && { aboveExpected: mean(differences) }),
    ...(losses.length > 0 && {
      loss: {
        searched: mean(losses.map(({ searched }) => searched)),
        heldOut: mean(losses.map(({ heldOut }) => heldOut)),
      },
    }),
  };
};

/** It, in sentences. */
export const describeOptimism = ({
  optimism,
  metric,
}: {
  readonly optimism: Optimism | undefined;
  readonly metric: string;
}): string[] => {
  const { aboveExpected, loss } = optimism ?? {};
  return [
    ...(aboveExpected === undefined
      ? []
      : [
          `Chosen by their scores, the configurations score ${Math.abs(aboveExpected).toFixed(4)} ${aboveExpected < 0 ? 'less' : 'more'} than the search expects of them (mean): "${metric}, expected" is by all that it scored.`,
        ]),
    ...(loss === undefined
      ? []
      : [
          `Against the full length they lose ${loss.searched.toFixed(4)} ${metric} on the searched examples and ${loss.heldOut.toFixed(4)} on the held-out ones (means).`,
        ]),
  ];
};
