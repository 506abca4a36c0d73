/** Charts of a front as one string of SVG, as the sub-path `@length-adaptive/search/svg`. */
export { frontSvg } from './front-svg.js';
export type { FrontSvgHighlight, FrontSvgOptions, FrontSvgSeries } from './front-svg.js';
export { parallelSvg } from './parallel-svg.js';
export type { ParallelSvgOptions } from './parallel-svg.js';
export { escapeMarkup } from './text.js';
