/** What was measured at a step of the slider. */
export interface Step {
  /** Times as fast as the full length. */
  readonly gain: number;
  /** What else is to be said of it, in a word or two. */
  readonly note: string | undefined;
}
