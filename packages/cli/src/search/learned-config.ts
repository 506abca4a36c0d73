import type { LengthConfig } from '@length-adaptive/core';

/** A configuration that soft-extract learned, and the price of a token that it was learned at. */
export interface LearnedConfig {
  readonly lambda: number;
  readonly lengthConfig: LengthConfig;
}
