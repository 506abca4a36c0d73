import { label, line } from './svg.js';

/** From a value to a coordinate. */
export type Scale = (value: number) => number;

export const linear =
  ([from, to]: readonly [number, number], [start, end]: readonly [number, number]): Scale =>
  (value) =>
    start + ((value - from) / (to - from)) * (end - start);

export interface Plot {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Grid lines and their numbers below and to the left of a plot, and the names of the axes. */
export const axes = (
  { left, right, top, bottom }: Plot,
  x: {
    readonly scale: Scale;
    readonly ticks: readonly number[];
    readonly name: string;
    readonly write: (value: number) => string;
  },
  y: {
    readonly scale: Scale;
    readonly ticks: readonly number[];
    readonly name: string;
    readonly write: (value: number) => string;
  },
): string[] => [
  ...y.ticks.flatMap((tick) => [
    line(left, y.scale(tick), right, y.scale(tick), 'grid'),
    label(left - 8, y.scale(tick) + 4, y.write(tick), { anchor: 'end' }),
  ]),
  ...x.ticks.map((tick) => label(x.scale(tick), bottom + 18, x.write(tick), { anchor: 'middle' })),
  label((left + right) / 2, bottom + 40, x.name, { anchor: 'middle', kind: 'ink' }),
  label(left - 34, top - 12, y.name, { kind: 'ink' }),
];
