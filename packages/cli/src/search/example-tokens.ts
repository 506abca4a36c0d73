import type { EncoderInput, OperatingPoint } from '@length-adaptive/core';
import { formatPoint, isFullPoint } from '@length-adaptive/core';
import { traceTokens } from '@length-adaptive/models';
import { knownCode } from '../context/exit-codes.js';
import type { ShownToken } from '../picture/kept-rows.js';
import { shownIds } from '../picture/kept-rows.js';
import type { TracedText } from '../picture/token-picture.js';
import type { ReportedPoint } from './reported-point.js';
import type { SearchWork } from './search-work.js';

/** What points of the Pareto set do with the tokens of one text. */
export interface ReportedExample {
  readonly tokens: readonly ShownToken[];
  readonly points: readonly (Omit<TracedText, 'tokens'> & {
    /** Its number in the Pareto set. */
    readonly number: number;
    readonly cost: number;
    readonly point: string;
  })[];
}

/** Tokens of a text that a page shows well. */
const wantedTokens = 32;

/** Points that are drawn. */
const mostPoints = 3;

/** The text that is nearest to usual: as long as the mean, or as a page shows well. */
const exampleOf = ({ data }: Pick<SearchWork, 'data'>): EncoderInput | undefined => {
  const lengths = data.map(({ input }) => input.ids.length);
  const wanted = Math.min(wantedTokens, lengths.reduce((sum, length) => sum + length, 0) / lengths.length);
  const gap = (place: number): number => Math.abs((lengths[place] ?? Infinity) - wanted);
  return data[lengths.reduce((best, _, place) => (gap(place) < gap(best) ? place : best), 0)]?.input;
};

/** The cheapest points, the dearest of those that let tokens leave, and what is in the middle. */
const drawnPoints = (
  paretoSet: readonly ReportedPoint[],
): { readonly number: number; readonly found: ReportedPoint }[] => {
  const reduced = paretoSet
    .map((found, number) => ({ number, found }))
    .filter(({ found: { point } }) => !isFullPoint({ lengths: point.lengths }));
  if (reduced.length <= mostPoints) return reduced;
  const step = (reduced.length - 1) / (mostPoints - 1);
  return Array.from({ length: mostPoints }, (_, i) => reduced[Math.round(i * step)]).filter(
    (each) => each !== undefined,
  );
};

/** Which tokens of a searched text leave, and which become one, at points of the set; undefined of a file that does not tell. */
export const traceExample = async (
  paretoSet: readonly ReportedPoint[],
  { opened: { model, tokenizer }, data }: Pick<SearchWork, 'opened' | 'data'>,
): Promise<ReportedExample | undefined> => {
  const input = exampleOf({ data });
  const drawn = drawnPoints(paretoSet);
  if (!input || drawn.length === 0) return undefined;
  const trace = async (point: OperatingPoint): Promise<Omit<TracedText, 'tokens'>> => {
    const { kept, mergedInto } = await traceTokens(model, input, point);
    return {
      layers: kept,
      ...(point.skip && { skip: point.skip }),
      ...(mergedInto && { mergedInto }),
    };
  };
  try {
    const points: ReportedExample['points'][number][] = [];
    for (const { number, found } of drawn)
      points.push({ number, cost: found.cost, point: formatPoint(found.point), ...(await trace(found.point)) });
    return { tokens: shownIds(input.ids, tokenizer), points };
  } catch (error) {
    if (knownCode(error) === 'OPTION_INVALID') return undefined; // an exported file
    throw error;
  }
};
