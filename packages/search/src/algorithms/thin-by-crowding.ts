import { orderBy } from '../row-order.js';

/**
 * Thins a front to `room` members by taking the most crowded one out, again and again, with the distances of its neighbours brought up
 * to date each time (Kukkonen and Deb, CEC 2006): what is left is spread more evenly than by one look at the distances.
 *
 * The ends of every objective go last. Of members that are crowded alike the last goes first.
 *
 * @param values rows of minimised objective values
 * @param objectives how many values a row has
 * @param front the rows that make up the front
 * @returns `room` rows of `front`, in its order
 */
export const thinByCrowding = (
  values: Float64Array,
  objectives: number,
  front: Uint32Array,
  room: number,
): Uint32Array => {
  const size = front.length;
  // Neighbours of every member in every objective: linked lists, -1 at the ends.
  const before = new Int32Array(size * objectives).fill(-1);
  const after = new Int32Array(size * objectives).fill(-1);
  const scaled = new Float64Array(size * objectives);
  const column = new Float64Array(size);
  for (let m = 0; m < objectives; m += 1) {
    for (let i = 0; i < size; i += 1) column[i] = values[(front[i] ?? 0) * objectives + m] ?? 0;
    const order = orderBy(column);
    const span = (column[order[size - 1] ?? 0] ?? 0) - (column[order[0] ?? 0] ?? 0);
    if (!(span > 0)) continue; // an objective in which all are equal has no ends and no gaps
    const scale = 1 / span;
    for (let i = 0; i < size; i += 1) {
      const at = (order[i] ?? 0) * objectives + m;
      scaled[at] = (column[order[i] ?? 0] ?? 0) * scale;
      if (i > 0) before[at] = order[i - 1] ?? 0;
      if (i < size - 1) after[at] = order[i + 1] ?? 0;
    }
  }

  const distances = new Float64Array(size);
  const measure = (member: number): void => {
    let distance = 0;
    for (let m = 0; m < objectives; m += 1) {
      const left = before[member * objectives + m] ?? -1;
      const right = after[member * objectives + m] ?? -1;
      if (left < 0 && right < 0) continue; // alone in this objective, or it tells nobody apart
      distance +=
        left < 0 || right < 0 ? Infinity : (scaled[right * objectives + m] ?? 0) - (scaled[left * objectives + m] ?? 0);
    }
    distances[member] = distance;
  };
  for (let i = 0; i < size; i += 1) measure(i);

  const gone = new Uint8Array(size);
  for (let left = size; left > room; left -= 1) {
    let worst = -1;
    for (let i = 0; i < size; i += 1) {
      if (gone[i] === 0 && (worst < 0 || (distances[i] ?? 0) <= (distances[worst] ?? 0))) worst = i;
    }
    gone[worst] = 1;
    for (let m = 0; m < objectives; m += 1) {
      const previous = before[worst * objectives + m] ?? -1;
      const next = after[worst * objectives + m] ?? -1;
      if (previous >= 0) after[previous * objectives + m] = next;
      if (next >= 0) before[next * objectives + m] = previous;
    }
    for (let m = 0; m < objectives; m += 1) {
      const previous = before[worst * objectives + m] ?? -1;
      const next = after[worst * objectives + m] ?? -1;
      if (previous >= 0) measure(previous);
      if (next >= 0) measure(next);
    }
  }
  return front.filter((_, i) => gone[i] === 0);
};
