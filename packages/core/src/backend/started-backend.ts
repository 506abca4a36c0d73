import type { BackendName } from './backend-name.js';
import type { RaceResult } from './race.js';

/** A backend that did not become the one, and why. */
export interface PassedOver {
  readonly backend: BackendName;
  readonly reason: string;
}

export interface StartedBackend {
  readonly backend: BackendName;
  /** Why it is this one, as a sentence for people: how it computes, and what stood against those before it. */
  readonly reason: string;
  /** Those before it in the list, and one that lost a race. */
  readonly passedOver: readonly PassedOver[];
  /** Absent where none was run. */
  readonly race?: RaceResult | undefined;
}
