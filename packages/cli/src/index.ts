export { CliError } from './errors.js';
export type { CliErrorCode } from './errors.js';
export { exitCodes } from './exit-codes.js';
export type { Io, Output } from './io.js';
export { main } from './main.js';
