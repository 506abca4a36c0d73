import type { Sandwich } from '../length-drop.js';
import type { Gradients } from './gradients.js';
import type { ParameterValues } from './optimizer.js';
import type { SandwichLosses } from './run-sandwich.js';
import type { SandwichOptions } from './sandwich.js';

/** What runs the passes of a training step and holds the weights they run with. `Batch` is whatever the engine takes. */
export interface TrainingEngine<Batch> {
  /** All weights by name, in host memory; the caller may change the arrays. */
  readWeights(): Promise<ParameterValues>;
  /**
   * Makes these the weights that the next step runs with: all of them, or none when it throws. The engine may keep the
   * arrays; their values change between steps only, and this is called again before the next one.
   *
   * @throws CoreError `STATE_INVALID` when a weight is missing or has another size
   */
  writeWeights(weights: ParameterValues): void;
  /**
   * Runs one sandwich step (see `sandwichStep`) and adds its gradients, weighted by `options.scale`, to `gradients`. An array
   * given to `addGradient` belongs to the sum from then on: the engine gives a fresh one every time.
   */
  step(batch: Batch, sandwich: Sandwich, gradients: Gradients, options: SandwichOptions): Promise<SandwichLosses>;
}
