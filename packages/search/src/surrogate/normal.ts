import type { Random } from '../random.js';

/** Independent standard normal numbers (Box and Muller 1958). */
export const normalNumbers = (count: number, random: Random): Float64Array => {
  const numbers = new Float64Array(count);
  for (let i = 0; i < count; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
    const angle = 2 * Math.PI * random.next();
    numbers[i] = radius * Math.cos(angle);
    if (i + 1 < count) numbers[i + 1] = radius * Math.sin(angle);
  }
  return numbers;
};
