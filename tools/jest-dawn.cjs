/**
 * WebGPU for tests in Node: Dawn, of the npm package `webgpu`, on whatever Vulkan, Metal or Direct3D driver it finds.
 *
 * `node tools/jest-dawn.cjs` prints its adapter, or why there is none: an input of the tests that use it, so that a run that skipped
 * them is not taken for one that has it.
 */
const { existsSync } = require('node:fs');
const { dirname, join } = require('node:path');

/** SwiftShader, which comes with Debian's Chromium: a Vulkan driver in software for where there is no other. Slower than Mesa's. */
const swiftShader = '/usr/lib/chromium/vk_swiftshader_icd.json';

const noAdapter =
  'Dawn finds no adapter; where there is no graphics card, Mesa 25 or newer computes on the processor: apt-get install mesa-vulkan-drivers';

/** The native half of the package: its other half is an ES module, which a jest environment cannot load. */
const loadDawn = () => {
  const folder = process.platform === 'darwin' ? 'darwin-universal' : `${process.platform}-${process.arch}`;
  return require(join(dirname(require.resolve('webgpu')), 'dist', folder, 'dawn.node'));
};

/**
 * Dawn and its adapter, or why there is none.
 *
 * @returns {Promise<{ missing: string } | { gpu: object, globals: object, adapter: string }>} `adapter`: vendor, architecture, driver
 */
const openDawn = async () => {
  let dawn;
  try {
    dawn = loadDawn();
  } catch (error) {
    return { missing: `Dawn cannot be loaded: ${error.message}` };
  }
  const open = async () => {
    const gpu = dawn.create([]);
    return { gpu, adapter: await gpu.requestAdapter() };
  };
  let { gpu, adapter } = await open();
  if (!adapter && existsSync(swiftShader)) {
    process.env.VK_ICD_FILENAMES = swiftShader;
    ({ gpu, adapter } = await open());
  }
  if (!adapter) return { missing: noAdapter };
  const { vendor, architecture, description } = adapter.info;
  return { gpu, globals: dawn.globals, adapter: `${vendor} ${architecture}: ${description}` };
};

module.exports = { openDawn };

if (require.main === module) openDawn().then(({ missing, adapter }) => console.log(missing ?? adapter));
