/**
 * @jest-environment-options {"webGpu": true}
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { startBackend } from '@length-adaptive/core/backend';
import type { BackendName } from '@length-adaptive/core/backend';
import { webGpuAdapter, webGpuMissing } from '@length-adaptive/tools/testing/web-gpu';
import type { Golden } from '../testing/golden-comparisons.js';
import { failuresOf, goldenGroups, openGolden } from '../testing/golden-comparisons.js';
import type { GoldenFamily } from '../testing/golden-files.js';
import { goldenFamilies } from '../testing/golden-files.js';

const folder = path.join(__dirname, '../../fixtures/golden');

const missing = webGpuMissing();
const suites = (backend: BackendName) => goldenFamilies.map((family) => ({ family, backend }));

const compareWithReferences = ({
  family,
  backend,
}: {
  readonly family: GoldenFamily;
  readonly backend: BackendName;
}): void => {
  let golden: Golden;

  beforeAll(async () => {
    await startBackend({ backends: [backend] });
    golden = await openGolden(family, (file) => readFile(path.join(folder, file)));
  });
  afterAll(() => golden?.dispose());

  test.each(goldenGroups[family])('%s', async (group) => {
    const comparisons = await golden.compare(group);
    expect(comparisons).not.toHaveLength(0);
    expect(failuresOf(comparisons)).toEqual([]);
  });
};

const title = '$family against the golden numbers on $backend';
describe.each(suites('cpu').concat(suites('wasm')))(title, compareWithReferences);
if (missing === undefined) describe.each(suites('webgpu'))(`${title} (${webGpuAdapter()})`, compareWithReferences);
else describe.skip.each(suites('webgpu'))(`${title} (${missing})`, compareWithReferences);
