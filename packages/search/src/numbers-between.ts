/** The whole numbers from `first` to the one before `end`. */
export const numbersBetween = (first: number, end: number): Uint32Array =>
  Uint32Array.from({ length: end - first }, (_, i) => first + i);
