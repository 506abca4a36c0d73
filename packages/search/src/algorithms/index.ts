/** More algorithms than `nsga2` and `nsga3`, as the sub-path `@length-adaptive/search/algorithms`, and what goes with them. */
export { ctaea } from './c-taea.js';
export { moead } from './moead.js';
export type { MoeadOptions } from './moead.js';
export { smsEmoa } from './sms-emoa.js';
export { unsga3 } from './unsga3.js';
export { differential } from '../operators/differential.js';
export type { DifferentialOptions } from '../operators/differential.js';
export { parentCentric } from '../operators/parent-centric.js';
export type { ParentCentricOptions } from '../operators/parent-centric.js';
export { latinHypercube } from '../latin-hypercube.js';
export type { LatinHypercubeOptions } from '../latin-hypercube.js';
