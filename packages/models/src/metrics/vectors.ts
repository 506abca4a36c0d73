/** The scalar product of two vectors of one length. */
export const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
};

/** The length of a vector. */
export const norm = (vector: ArrayLike<number>): number => Math.sqrt(dot(vector, vector));

/** The cosine of the angle between two vectors of one length; 0 where one of them is zero. */
export const cosine = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  const lengths = norm(a) * norm(b);
  return lengths === 0 ? 0 : dot(a, b) / lengths;
};

/** A vector divided by its length, in an array of its own; a zero vector as it is. */
export const unit = (vector: ArrayLike<number>): Float32Array => {
  const length = norm(vector) || 1;
  return Float32Array.from(vector, (value) => value / length);
};
