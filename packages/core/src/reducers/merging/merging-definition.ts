import type { Unmerge } from '../../encoder/encoder-ops.js';
import type { Choices } from '../choices.js';
import { problemOf } from '../choices.js';
import type { Merge, Reducer, ReducerSettings } from '../reducer.js';
import type { ReducerDefinition } from '../reducer-definition.js';

/** A choice for each setting. */
type Chosen<C extends Choices> = { readonly [Name in keyof C]: C[Name][number] };

export interface MergingDefinitionOptions<C extends Choices> {
  readonly name: string;
  readonly choices: C;
  /** Settings that came later: where they are as usual, nothing is said of them, so that files of before name the same reducer. */
  readonly later?: readonly (keyof C)[];
  readonly create: (chosen: Chosen<C>) => Merge;
}

/** A definition that gives the same reducer for the same settings. */
export interface MergingDefinition<C extends Choices> extends ReducerDefinition {
  /** By settings that are checked already. */
  readonly reducer: (settings?: Partial<Chosen<C>>) => Reducer;
}

/** What every merging reducer may be told. */
export interface UnmergeSettings {
  /** What tokens return with that went into others. Default `group`. */
  readonly unmerge?: Unmerge;
}

/** What tokens return with that went into others. */
export const unmergeChoices = ['group', 'own'] as const satisfies readonly Unmerge[];

/** The scores of a merging reducer are those of its matching; where no token leaves a layer, those of attention. */
const reducerOf = (name: string, settings: ReducerSettings, merge: Merge): Reducer => ({
  name,
  settings,
  score: (ops, at) =>
    at.step === undefined ? ops.received(at.attended, at.tokens) : merge.match(ops, { ...at, step: at.step }).scores,
  merge,
});

/** The definition of a reducer whose tokens go into others, with settings that are words. */
export const mergingDefinition = <const C extends Choices>({
  name,
  choices,
  later = [],
  create,
}: MergingDefinitionOptions<C>): MergingDefinition<C> => {
  const made = new Map<string, Reducer>();
  const reducer = (settings: ReducerSettings = {}): Reducer => {
    const chosen = Object.fromEntries(
      Object.entries(choices).map(([setting, [usual]]) => [setting, settings[setting] ?? usual]),
    ) as Chosen<C>;
    const key = Object.values(chosen).join(' ');
    const said = Object.fromEntries(
      Object.entries(chosen).filter(([setting, value]) => !later.includes(setting) || value !== choices[setting]?.[0]),
    );
    const known = made.get(key) ?? reducerOf(name, said, create(chosen));
    made.set(key, known);
    return known;
  };
  return { name, problem: problemOf(choices), create: reducer, reducer };
};
