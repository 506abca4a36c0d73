/** Chooses what TensorFlow.js computes with, as the sub-path `@length-adaptive/core/backend`. Works in pages, workers and Node. */
export { backendNames, startBackend } from './start-backend.js';
export type { BackendName, PassedOver, StartBackendOptions, StartedBackend } from './start-backend.js';
export type { WasmPaths } from './start-wasm.js';
export type { RaceResult, RaceShape, RaceTimes } from './race.js';
