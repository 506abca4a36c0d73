/** Backends of TensorFlow.js that everything here runs on, the fastest first. */
export const backendNames = ['webgpu', 'wasm', 'cpu'] as const;

export type BackendName = (typeof backendNames)[number];

/** Which of them is faster depends on the device and the model. */
export const racers = ['webgpu', 'wasm'] as const satisfies readonly BackendName[];

export type Racer = (typeof racers)[number];
