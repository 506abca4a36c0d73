/** A few words of SVG. Colours are classes, so that a figure follows the theme it stands in. */

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;').replaceAll('{{', '&#123;&#123;');

const attributes = (values: Readonly<Record<string, string | number>>): string =>
  Object.entries(values)
    .map(
      ([name, value]) => ` ${name}="${escape(typeof value === 'number' ? String(Number(value.toFixed(1))) : value)}"`,
    )
    .join('');

/** An element with text or other elements in it. */
const element = (
  name: string,
  values: Readonly<Record<string, string | number>>,
  ...content: readonly string[]
): string => `<${name}${attributes(values)}>${content.join('')}</${name}>`;

export type Anchor = 'start' | 'middle' | 'end';

/** What a picture, or a part of one, is called: a reader hears it, a pointer shows it. */
export const title = (text: string): string => element('title', {}, escape(text));

/** Text at a point. */
export const label = (
  x: number,
  y: number,
  text: string,
  { anchor = 'start', kind = 'soft' }: { readonly anchor?: Anchor; readonly kind?: string } = {},
): string => element('text', { x, y, 'text-anchor': anchor, class: kind }, escape(text));

export const line = (x1: number, y1: number, x2: number, y2: number, kind: string): string =>
  element('line', { x1, y1, x2, y2, class: kind });

export const box = (x: number, y: number, width: number, height: number, kind: string, named?: string): string =>
  element(
    'rect',
    { x, y, width, height, rx: Math.min(3, height / 2), class: kind },
    ...(named === undefined ? [] : [title(named)]),
  );

export const dot = (x: number, y: number, r: number, kind: string, named?: string): string =>
  element('circle', { cx: x, cy: y, r, class: kind }, ...(named === undefined ? [] : [title(named)]));

export const polyline = (points: readonly (readonly [number, number])[], kind: string): string =>
  element('polyline', { points: points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' '), class: kind });

export interface Figure {
  /** What somebody who does not see it should know. */
  readonly alt: string;
  readonly width: number;
  readonly height: number;
  readonly parts: readonly string[];
}

/** A figure as one line of HTML, to be included in a page; without blank lines, which would end the block. */
export const toHtml = ({ alt, width, height, parts }: Figure): string =>
  `<div class="figure">${element('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': alt, style: `max-width:${width}px` }, ...parts)}</div>`;
