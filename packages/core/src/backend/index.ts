/** Chooses what TensorFlow.js computes with, as the sub-path `@length-adaptive/core/backend`. Works in pages, workers and Node. */
export { backendNames } from './backend-name.js';
export type { BackendName } from './backend-name.js';
export { startBackend } from './start-backend.js';
export type { StartBackendOptions } from './start-backend.js';
export type { PassedOver, StartedBackend } from './started-backend.js';
export type { WasmPaths } from './start-wasm.js';
export type { RaceResult, RaceShape, RaceTimes } from './race.js';
