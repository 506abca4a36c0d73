import type { Reducer, ReducerSettings } from './reducer.js';

/** A kind of reducer that models can name: one file each. */
export interface ReducerDefinition {
  /** What `--reducer`, `openModel` and a model's folder call it. */
  readonly name: string;
  /**
   * What is wrong with settings that are given, as the end of a sentence ("has window 0, expected ..."); undefined when nothing is.
   * Default: it has no settings, and refuses all.
   */
  readonly problem?: (settings: ReducerSettings) => string | undefined;
  /** The reducer with settings that have no problem; what they leave open it fills in, and says in `Reducer.settings`. */
  readonly create: (settings: ReducerSettings) => Reducer;
}
