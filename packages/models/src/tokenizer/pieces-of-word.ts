/** A word cut into pieces of the vocabulary: where each begins and ends in the word, in UTF-16 units. */
export type WordPieces = readonly {
  readonly token: string;
  readonly id: number;
  readonly start: number;
  readonly end: number;
}[];
