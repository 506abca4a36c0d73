/** What a page of `e2e/browser` runs: bundled there. */
export { startBackend } from '../backend/index.js';
export { dropAndRestoreCases } from './drop-and-restore-cases.js';
