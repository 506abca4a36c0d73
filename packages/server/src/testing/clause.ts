import { clauses, type ClauseId } from './clauses.js';

/** The test of a clause of a protocol: the README's tables say that it passes. */
export const clause = (id: ClauseId, run: () => Promise<void>): void => test(`${id}: ${clauses[id]}`, run);
