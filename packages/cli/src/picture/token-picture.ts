/** What became of the tokens of a text, layer by layer: drawn by `lat inspect` and by the report of a search. */
import type { KeptRow, ShownToken } from './kept-rows.js';
import { mergedGroups } from './kept-rows.js';

/** What was traced of one text at one point. */
export interface TracedText {
  readonly tokens: readonly ShownToken[];
  /** Positions of the tokens that left each layer. */
  readonly layers: readonly (readonly number[])[];
  /** Layers that do not run. */
  readonly skip?: readonly number[] | undefined;
  /** For each layer and each token the position of the token that it has become part of. */
  readonly mergedInto?: readonly (readonly number[])[] | undefined;
}

/** Tokens that became one in a layer, group by group. */
export interface MergedRow {
  readonly name: string;
  readonly groups: readonly string[];
}

/** The text, then what each layer let through. */
export const keptRows = ({ tokens, layers, skip }: TracedText): KeptRow[] => [
  { name: 'text', kept: new Set(tokens.keys()) },
  ...layers.map((positions, layer) => ({
    name: `layer ${layer + 1}${skip?.includes(layer) === true ? ', left out' : ''}`,
    kept: new Set(positions),
  })),
];

/** Of each layer in which tokens became one, which. */
export const mergedRows = ({ tokens, mergedInto = [] }: TracedText): MergedRow[] =>
  mergedGroups(mergedInto).flatMap((groups, layer) =>
    groups.length === 0
      ? []
      : {
          name: `layer ${layer + 1}`,
          groups: groups.map((group) => group.map((position) => tokens[position]?.shown ?? '').join(' ')),
        },
  );
