import type { Unmerge } from '../encoder/encoder-ops.js';
import { tomeReducer } from '../reducers/merging/tome-reducer.js';
import type { Reducer } from '../reducers/reducer.js';

/** Every reducer that merges, in every way it has. */
export const mergingReducers: readonly { readonly title: string; readonly make: (unmerge: Unmerge) => Reducer }[] = [
  { title: 'tome', make: (unmerge) => tomeReducer({ unmerge }) },
  { title: 'tome by keys', make: (unmerge) => tomeReducer({ unmerge, likeness: 'keys' }) },
];
