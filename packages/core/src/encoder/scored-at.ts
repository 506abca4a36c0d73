import type { Attended } from './encoder-ops.js';
import type { EngineTypes } from './engine-types.js';
import type { PredictorWeights, WeightTree } from './weights.js';

/** What a reducer may look at when a layer has attended. */
export interface ScoredAt<E extends EngineTypes> {
  readonly layer: number;
  /** States that entered the layer. */
  readonly entering: E['states'];
  readonly attended: Attended<E>;
  readonly tokens: E['tokens'];
  /** Heads of attention. */
  readonly heads: number;
  /** What the reducer has learned, where it learns. */
  readonly predictor?: WeightTree<PredictorWeights, E['weight']> | undefined;
  /** How many tokens stay. Absent where none leaves. */
  readonly step?: E['step'] | undefined;
}
