const { TestEnvironment } = require('jest-environment-node');

/** Native addons check typed arrays with `instanceof`: give the sandbox the outer realm's constructors. */
const SHARED_CONSTRUCTORS = [
  'ArrayBuffer',
  'SharedArrayBuffer',
  'Float32Array',
  'Float64Array',
  'Int32Array',
  'BigInt64Array',
  'Uint8Array',
  'Uint16Array',
  'Int8Array',
];

/** Puts Dawn (the `dawn.node` of the npm package `webgpu`) where a browser has WebGPU. */
const offerWebGpu = (sandbox, dawn) => {
  const { create, globals } = require(dawn);
  Object.assign(sandbox, globals);
  Object.defineProperty(sandbox, 'navigator', { value: { gpu: create([]) }, configurable: true });
};

module.exports = class extends TestEnvironment {
  async setup() {
    await super.setup();
    for (const name of SHARED_CONSTRUCTORS) this.global[name] = globalThis[name];
    if (process.env.LENGTH_ADAPTIVE_DAWN) offerWebGpu(this.global, process.env.LENGTH_ADAPTIVE_DAWN);
  }
};
