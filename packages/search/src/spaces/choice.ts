import { checkOptions } from '../check-options.js';
import { SearchError } from '../errors.js';
import type { Space } from '../space.js';
import type { Overrides } from './overrides.js';

/** What can be chosen from: anything JSON can hold. */
export type Choosable = string | number | boolean | null | object;

/** The place of a value in the list, by its JSON: an equal object from a checkpoint is the same choice. */
const placesOf = (values: readonly Choosable[]): ReadonlyMap<string, number> => {
  const places = new Map<string, number>();
  values.forEach((value, i) => {
    const text = JSON.stringify(value) as string | undefined;
    if (text === undefined || (text === 'null' && value !== null)) {
      const came = typeof value === 'number' ? value : `of type ${typeof value}`;
      throw new SearchError(
        'INVALID_OPTION',
        `choice ${i} is ${came}: expected a value that JSON can hold, to save and to compare it.`,
      );
    }
    const before = places.get(text);
    if (before !== undefined) {
      throw new SearchError(
        'INVALID_OPTION',
        `choices ${before} and ${i} are both ${text}: expected different values. Leave one out.`,
      );
    }
    places.set(text, i);
  });
  return places;
};

/**
 * One of some values, without an order: children have the choices of their parents, mutation draws another one. The genome's type is the
 * union of the values.
 *
 * @param values scalars or objects that JSON can hold, no two alike; they are handed out as they are, never copied
 * @throws SearchError `INVALID_OPTION` for an empty list, repeats or what JSON cannot hold; `repair` throws it for what is not listed
 * @example
 * const activation = choice(['relu', 'gelu', 'silu']); // 'relu' | 'gelu' | 'silu'
 * const block = choice([{ kind: 'dense', width: 64 }, { kind: 'skip' }]);
 */
export const choice = <const Value extends Choosable>(
  values: readonly Value[],
  { crossover, mutate, ...others }: Overrides<NoInfer<Value>> = {},
): Space<Value> => {
  checkOptions('choice()', others, ['crossover', 'mutate']);
  if (!Array.isArray(values) || values.length === 0) {
    throw new SearchError(
      'INVALID_OPTION',
      `choice got ${JSON.stringify(values)}: expected a list of at least one value.`,
    );
  }
  const listed = values.slice();
  const places = placesOf(listed);
  const count = listed.length;
  const at = (place: number): Value => listed[place] as Value;
  const placeOf = (value: Value): number => places.get(JSON.stringify(value)) ?? -1;

  return {
    initial: (random) => at(random.integer(0, count - 1)),
    crossover: crossover ?? ((a, b, random) => (random.next() < 0.5 ? [a, b] : [b, a])),
    mutate:
      mutate ??
      ((value, random) => {
        if (count === 1) return at(0);
        const drawn = random.integer(0, count - 2);
        return at(drawn < placeOf(value) ? drawn : drawn + 1);
      }),
    repair: (value) => {
      const place = placeOf(value);
      if (place >= 0) return at(place);
      throw new SearchError(
        'INVALID_OPTION',
        `a gene is ${JSON.stringify(value)}: expected one of ${JSON.stringify(listed)}. Mend the seed or the operator it came from.`,
      );
    },
    key: (value) => String(placeOf(value)),
  };
};
