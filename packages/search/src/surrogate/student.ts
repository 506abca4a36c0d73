/**
 * The place below which a standard normal number is with this probability, to 4.5e-4 (Abramowitz and Stegun 26.2.23),
 * made exact to 1e-9 by two Newton steps.
 */
const normalQuantile = (probability: number): number => {
  const tail = Math.min(probability, 1 - probability);
  const t = Math.sqrt(-2 * Math.log(tail));
  let place = t - (2.515517 + t * (0.802853 + 0.010328 * t)) / (1 + t * (1.432788 + t * (0.189269 + 0.001308 * t)));
  for (let step = 0; step < 3; step += 1) {
    const density = Math.exp(-0.5 * place * place) / Math.sqrt(2 * Math.PI);
    place += (upperTail(place) - tail) / density;
  }
  return probability < 0.5 ? -place : place;
};

/**
 * The probability that a standard normal number is above `place` >= 0: a series near the middle, a continued fraction
 * in the tail.
 */
const upperTail = (place: number): number => {
  const density = Math.exp(-0.5 * place * place) / Math.sqrt(2 * Math.PI);
  if (place < 3) {
    let term = place;
    let sum = place;
    for (let k = 3; term > 1e-17 * sum && k < 200; k += 2) sum += term *= (place * place) / k;
    return 0.5 - density * sum;
  }
  let fraction = place;
  for (let k = 60; k > 0; k -= 1) fraction = place + k / fraction;
  return density / fraction;
};

/**
 * The place below which Student's t is with this probability, by its expansion around the normal one (Abramowitz and
 * Stegun 26.7.5): good to 0.5 % from eight degrees of freedom on at probabilities up to 0.999.
 */
export const studentQuantile = (probability: number, freedom: number): number => {
  const z = normalQuantile(probability);
  const z2 = z * z;
  return (
    z +
    (z * (z2 + 1)) / (4 * freedom) +
    (z * (5 * z2 * z2 + 16 * z2 + 3)) / (96 * freedom ** 2) +
    (z * (3 * z2 ** 3 + 19 * z2 ** 2 + 17 * z2 - 15)) / (384 * freedom ** 3) +
    (z * (79 * z2 ** 4 + 776 * z2 ** 3 + 1482 * z2 ** 2 - 1920 * z2 - 945)) / (92160 * freedom ** 4)
  );
};
