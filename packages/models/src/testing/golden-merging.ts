/** Reducers that merge against a restatement of their algorithms: fixtures/golden/merging. */
import type { EncoderInput, Reducer } from '@length-adaptive/core';
import { encode, findReducer } from '@length-adaptive/core';
import * as tf from '@tensorflow/tfjs';
import type { TaskModel } from '../model/task-model.js';
import type { TensorData } from '../weights/safetensors.js';

/** Its reference numbers, by name. */
export type MergingReferences = ReadonlyMap<string, TensorData>;

const settingsOf = {
  tome: { name: 'tome', settings: {} },
  'tome.keys': { name: 'tome', settings: { likeness: 'keys' } },
  pool: { name: 'pool', settings: {} },
  fuse: { name: 'fuse', settings: {} },
  'fuse.significance': { name: 'fuse', settings: { weight: 'significance' } },
  'fuse.one': { name: 'fuse', settings: { weight: 'significance', into: 'one' } },
  'token-pooling': { name: 'token-pooling', settings: {} },
  'token-pooling.means': { name: 'token-pooling', settings: { centres: 'means' } },
} as const;

/** A reducer with what it is to give for each of the rows at one configuration. */
export interface MergingCase {
  readonly title: string;
  readonly reducer: (unmerge: 'group' | 'own') => Reducer;
  readonly ratios: readonly number[];
  readonly inputs: readonly EncoderInput[];
  /** A reference of one row: `kept_positions.LAYER`, `owners.LAYER`, `sizes.LAYER`, `states`, `own`. */
  readonly of: (row: number, name: string) => number[];
}

/** Everything that there are references of. */
export const mergingCases = (references: MergingReferences): MergingCase[] => {
  const numbers = (name: string): number[] => {
    const tensor = references.get(name);
    if (!tensor) throw new Error(`the golden file has no ${name}`);
    return Array.from(tensor.data);
  };
  const inputs = [0, 1, 2].map((row) => ({
    ids: numbers(`row.${row}.input_ids`),
    typeIds: numbers(`row.${row}.token_type_ids`),
  }));
  return ['chain', 'deep'].flatMap((config) =>
    Object.entries(settingsOf).map(([title, { name, settings }]) => ({
      title: `${title}.${config}`,
      reducer: (unmerge) => findReducer(name, { ...settings, unmerge }),
      ratios: numbers(`${config}.ratios`),
      inputs,
      of: (row, reference) => numbers(`${title}.${config}.${row}.${reference}`),
    })),
  );
};

/** What each token has become: for each state the row of the equal one among others. */
const ownersOf = (states: readonly (readonly number[])[], others: readonly (readonly number[])[]): number[] =>
  states.map((state) => {
    const gaps = others.map((other) => Math.max(...state.map((value, i) => Math.abs(value - (other[i] as number)))));
    return gaps.indexOf(Math.min(...gaps));
  });

/** What a case gives on TensorFlow.js, row by row, by the names of the references. */
export const mergedOnTensors = async (
  { encoder }: TaskModel,
  { reducer, ratios, inputs }: MergingCase,
): Promise<ReadonlyMap<string, readonly number[]>[]> => {
  const found = inputs.map(() => new Map<string, readonly number[]>());
  const statesOf = async (layer: number, unmerge: 'group' | 'own', wanted: 'all' | 'survivors') => {
    const { hidden, sizes, trace } = encode(encoder, inputs, {
      config: ratios,
      layers: ratios.map((_, i) => i).slice(0, layer + 1),
      reducer: reducer(unmerge),
      trace: wanted === 'survivors',
      wanted,
    });
    const left = trace.at(-1);
    const read = {
      states: await hidden.array(),
      sizes: (await sizes?.array()) ?? [],
      positions: (await left?.positions.array()) ?? [],
      counts: left?.counts ?? [],
    };
    tf.dispose([
      hidden,
      sizes,
      ...trace.flatMap(({ positions, scores, owners }) => [positions, scores, ...(owners ? [owners] : [])]),
    ]);
    return read;
  };
  for (const layer of ratios.keys()) {
    const { states, sizes, positions, counts } = await statesOf(layer, 'group', 'survivors');
    const everywhere = await statesOf(layer, 'group', 'all');
    const own = await statesOf(layer, 'own', 'all');
    for (const [row, { ids }] of inputs.entries()) {
      const count = counts[row] as number;
      const survivors = (states[row] as number[][]).slice(0, count);
      found[row]?.set(`kept_positions.${layer}`, (positions[row] ?? []).slice(0, count));
      found[row]?.set(`sizes.${layer}`, (sizes[row] ?? []).slice(0, count));
      found[row]?.set(
        `owners.${layer}`,
        ownersOf((everywhere.states[row] as number[][]).slice(0, ids.length), survivors),
      );
      found[row]?.set('states', survivors.flat());
      found[row]?.set('own', (own.states[row] as number[][]).slice(0, ids.length).flat());
    }
  }
  return found;
};
