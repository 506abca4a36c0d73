import type { LabelledInput, ScorePoints } from '@length-adaptive/models';
import type { Context } from '../context/command.js';
import type { OpenedModel } from '../engine/opened-model.js';
import type { LearnedConfig } from './learned-config.js';
import type { SettledSearch } from './settle-method.js';

/** What a search works on. */
export interface SearchWork {
  readonly settings: SettledSearch;
  readonly context: Context;
  readonly opened: OpenedModel;
  /** SHA-256 over the files of weights. */
  readonly weights: string;
  readonly data: readonly LabelledInput[];
  /** What soft-extract learns from. */
  readonly training: readonly LabelledInput[];
  readonly heldOut: readonly LabelledInput[];
  readonly folder: string;
  /** Tokens that texts are cut to. */
  readonly maxLength: number;
  /** Configurations that soft-extract learned. */
  readonly learned: readonly LearnedConfig[];
  /** Scores configurations elsewhere; undefined where the model does it here. */
  readonly score: ScorePoints | undefined;
}
