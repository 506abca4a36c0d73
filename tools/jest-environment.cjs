const { TestEnvironment } = require('jest-environment-node');
const { openDawn } = require('./jest-dawn.cjs');

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

/** Adds every device that a test opens to `devices`. */
const rememberDevices = (gpu, devices) => {
  const requestAdapter = gpu.requestAdapter.bind(gpu);
  gpu.requestAdapter = async (...options) => {
    const adapter = await requestAdapter(...options);
    if (!adapter) return adapter;
    const requestDevice = adapter.requestDevice.bind(adapter);
    adapter.requestDevice = async (...given) => {
      const device = await requestDevice(...given);
      devices.add(device);
      return device;
    };
    return adapter;
  };
};

/** Puts Dawn where a browser has WebGPU; where it has no adapter, says why. */
const offerWebGpu = async (sandbox, devices) => {
  const { missing, adapter, globals, gpu } = await openDawn();
  sandbox.webGpu = { missing, adapter };
  if (missing) return;
  rememberDevices(gpu, devices);
  Object.assign(sandbox, globals);
  Object.defineProperty(sandbox, 'navigator', { value: { gpu }, configurable: true });
};

module.exports = class extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    this.webGpu = config.projectConfig.testEnvironmentOptions.webGpu;
    this.devices = new Set();
  }

  async setup() {
    await super.setup();
    for (const name of SHARED_CONSTRUCTORS) this.global[name] = globalThis[name];
    if (this.webGpu) await offerWebGpu(this.global, this.devices);
  }

  async teardown() {
    // With a device that is open, a process does not end.
    for (const device of this.devices) {
      device.destroy();
      await device.lost;
    }
    this.devices.clear();
    await super.teardown();
  }
};
