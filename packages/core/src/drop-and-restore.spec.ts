/**
 * @jest-environment-options {"webGpu": true}
 */
import { webGpuAdapter, webGpuMissing } from '@length-adaptive/tools/testing/web-gpu';
import { startBackend } from './backend/index.js';
import { describeOnBackends } from './testing/backends.js';
import { dropAndRestoreCases } from './testing/drop-and-restore-cases.js';

const cases = Object.entries(dropAndRestoreCases);

describeOnBackends('drop and restore', () => {
  test.each(cases)('%s', (_, check) => check());
});

const missing = webGpuMissing();
const describeOnWebGpu = missing === undefined ? describe : describe.skip;

describeOnWebGpu(`drop and restore on webgpu (${missing ?? webGpuAdapter()})`, () => {
  beforeAll(() => startBackend({ backends: ['webgpu'] }));
  test.each(cases)('%s', (_, check) => check(), 180_000);
});
