import type { ModelConfig } from '../architectures/model-config.js';
import type { Task, TaskName } from './task.js';

/** How the labels of a task come out of training examples. */
export interface TaskLabels<Item = unknown> {
  /**
   * The labels that examples carry, in the order in which a new head has them.
   *
   * @param columns names of the columns that hold one each, where a table has such
   */
  of(examples: readonly Item[], columns?: readonly string[]): readonly string[];
  /** Why a head cannot be made for labels, in a sentence; undefined where it can. Default: it always can. */
  problem?(labels: readonly string[]): string | undefined;
  /** Whether a rare label may be in no example: a model that has them all keeps its own. Default: no. */
  readonly mayBeRare?: boolean | undefined;
}

/** How a task is found and made: by its name, by config.json, by training examples. */
export interface TaskDefinition<Item = unknown> {
  readonly name: TaskName;
  /** What else people call it; the first is what `lat` lists. */
  readonly aliases?: readonly string[] | undefined;
  /** Whether a config.json describes a model of it. Of several that say so the one registered last is taken, built-in ones at the end. */
  fits(config: ModelConfig): boolean;
  /**
   * The task for labels, in the order of the head's outputs; one without labels is given none.
   *
   * @param config config.json of the model that it is for, where there is one
   */
  make(labels: readonly string[], config?: ModelConfig): Task<Item>;
  /** Absent for a task without labels. */
  readonly labels?: TaskLabels<Item> | undefined;
  /** Whether examples ask for it where nobody names a task. Default: never. */
  suits?(examples: readonly Item[]): boolean;
}
