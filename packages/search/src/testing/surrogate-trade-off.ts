import type { SurrogateProblem } from '../surrogate/index.js';
import { tradeOff } from './trade-off.js';

type Shares = readonly number[];

/** The small search with a curved front, its cost known exactly; every share is a feature. */
export const surrogateTradeOff = (
  overrides: Partial<SurrogateProblem<Shares, 'cost' | 'score'>> = {},
): SurrogateProblem<Shares, 'cost' | 'score'> => ({
  ...tradeOff(),
  features: (shares) => shares,
  exact: { cost: (shares) => shares.reduce((sum, share) => sum + share, 0) },
  ...overrides,
});
