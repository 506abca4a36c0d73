export { CliError } from './context/errors.js';
export type { CliErrorCode } from './context/errors.js';
export { exitCodes } from './context/exit-codes.js';
export type { Io, Output } from './context/io.js';
export { main } from './main.js';
