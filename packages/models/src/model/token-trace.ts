/** What became of the tokens of one input, layer by layer. */
export interface TokenTrace {
  /** As `RunnableModel.keptPositions` has it. */
  readonly kept: readonly (readonly number[])[];
  /** As `RunnableModel.tokenScores` has it; undefined where they are not known. */
  readonly scores?: readonly (readonly number[])[] | undefined;
  /** As `RunnableModel.mergedInto` has it. */
  readonly mergedInto?: readonly (readonly number[])[] | undefined;
}
