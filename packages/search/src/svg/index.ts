export { frontSvg } from './front-svg.js';
export type { FrontSvgHighlight, FrontSvgOptions, FrontSvgSeries } from './front-svg.js';
export { escapeMarkup } from './text.js';
