/** What a page of `e2e/browser` runs: bundled there. */
export { startBackend } from '@length-adaptive/core/backend';
export { failuresOf, goldenGroups, openGolden } from './golden-comparisons.js';
