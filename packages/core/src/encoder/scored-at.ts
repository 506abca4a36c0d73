import type { Attended } from './encoder-ops.js';
import type { EngineTypes } from './engine-types.js';

/** What a reducer may look at when a layer has attended. */
export interface ScoredAt<E extends EngineTypes> {
  readonly layer: number;
  /** States that entered the layer. */
  readonly entering: E['states'];
  readonly attended: Attended<E>;
  readonly tokens: E['tokens'];
  /** Heads of attention. */
  readonly heads: number;
  /** How many tokens stay. Absent where none leaves. */
  readonly step?: E['step'] | undefined;
}
