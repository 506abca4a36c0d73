import type { Random } from '../random.js';

/** Points as the hot loops want them: rows of minimised objective values, and by how much each row breaks the constraints. */
export interface Rows {
  /** Row i is `values[i * objectives ... (i + 1) * objectives]`. */
  readonly values: Float64Array;
  readonly objectives: number;
  /** 0 for a feasible row. */
  readonly violations: Float64Array;
}

/** How the members of a population compare as parents: negative when row `a` is the better one, 0 when a coin decides. */
export type Preference = (a: number, b: number) => number;

/** What survives and what breeds: all that tells one evolutionary algorithm from another here. Plain data and pure functions. */
export interface Algorithm {
  /** Stands in checkpoints. */
  readonly name: string;
  /** What else a checkpoint must agree on: two algorithms with one name and equal settings are one. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Survivors of a generation where the search does not say. */
  populationSize(objectives: number): number;
  /** New genotypes of a generation where the search does not say. Default: as many as the population has members. */
  offspring?(populationSize: number): number;
  /** @throws SearchError `INVALID_OPTION` unless it can work on so many objectives */
  check?(objectives: number): void;
  /**
   * The rows that survive, at most `keep`.
   *
   * @param context `ideal` is the least value of each objective ever met; the first `settled` rows are the population that was there
   * before, in the order that `survivors` gave it
   */
  survivors(
    rows: Rows,
    keep: number,
    context: { readonly ideal: Float64Array; readonly random: Random; readonly settled: number },
  ): Uint32Array;
  /** How the rows of a population compare as parents. */
  preference(rows: Rows): Preference;
  /**
   * Who mates with whom, where that is more than a tournament by preference: gives a function that gives the rows of the next family,
   * `parents` of them.
   */
  families?(rows: Rows, context: FamilyContext): () => readonly number[];
}

/** What families are made with. */
export interface FamilyContext {
  readonly random: Random;
  /** How many parents a family has. */
  readonly parents: number;
}
