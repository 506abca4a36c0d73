/** What a data set's benchmark does: fine-tune, LengthDrop, a search of each model, held-out scores. All of it by commands of `lat`. */

/** Flags of a command: `{ 'max-length': 256 }` is `--max-length 256`, `{ 'no-latency': true }` is `--no-latency`. */
export type Flags = Readonly<Record<string, string | number | true>>;

/** Files that the stages read. */
export interface DataFiles {
  readonly train: string;
  /** Examples that configurations are searched on; no stage trains on them. */
  readonly search: string;
  /** Examples that neither training nor search sees. */
  readonly heldOut: string;
}

export interface Recipe {
  /** Name of the benchmark, and first word of its rows. */
  readonly name: string;
  /** What was run on what, for the notes. */
  readonly about: string;
  /** Model to start from. */
  readonly model: string;
  /** Writes the files of the stages into a folder, or names those that are there. */
  prepare(folder: string): Promise<DataFiles>;
  readonly metric: string;
  /** Flags of every stage that reads data. */
  readonly data?: Flags;
  readonly fineTune: Flags;
  /** Runs of LengthDrop, each from where the one before ended. */
  readonly lengthDrop: readonly Flags[];
  readonly search: Flags;
  /** What is added to attention: the first in every search and score, the others once more after LengthDrop. Default: what the model says. */
  readonly priors?: readonly string[];
  /** Held-out examples, a random sample, for what is only compared with: other priors, and no LengthDrop. Default: all. */
  readonly comparedOn?: number;
  /** Shares of the full MACs for which the best configuration of a search is scored on the held-out examples. */
  readonly budgets: readonly number[];
}

/** A stage, as a command of `lat` with its flags. */
export interface Stage {
  readonly command: string;
  readonly flags: Flags;
  /** The run folder, whose `result.json` says that the stage is done. */
  readonly folder: string;
}

/** The command as one types it. */
export const commandOf = ({ command, flags }: Stage): string[] => [
  command,
  ...Object.entries(flags).flatMap(([name, value]) => (value === true ? [`--${name}`] : [`--${name}`, String(value)])),
];
