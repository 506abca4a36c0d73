/** Backends of TensorFlow.js that everything here runs on, the fastest first. */
export const backendNames = ['webgpu', 'wasm', 'cpu'] as const;

export type BackendName = (typeof backendNames)[number];
