import type { Axis } from '../dominance.js';
import type { Scale } from './scale.js';
import { shortNumber } from './text.js';

/** The rectangle between the axes, in pixels. */
export interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** One objective as it is drawn. */
export interface PlotAxis extends Axis<string> {
  /** What a reader sees it called. */
  readonly label: string;
  readonly scale: Scale;
}

/** What marks are drawn with: two objectives and the area between them. */
export interface Plot {
  readonly area: Area;
  readonly x: PlotAxis;
  readonly y: PlotAxis;
}

/** A point in the caller's numbers. */
export type Point = readonly [x: number, y: number];

export const isInside = ({ x, y }: Plot, [first, second]: Point): boolean => x.scale.has(first) && y.scale.has(second);

/** The pixel of a point. */
export const place = ({ x, y }: Plot, [first, second]: Point): { readonly cx: number; readonly cy: number } => ({
  cx: x.scale.at(first),
  cy: y.scale.at(second),
});

/** The numbers of a point with their names. */
export const valuesOf = ({ x, y }: Plot, [first, second]: Point): string =>
  `${x.name} ${shortNumber(first)}, ${y.name} ${shortNumber(second)}`;
