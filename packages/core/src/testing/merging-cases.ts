import type { Unmerge } from '../encoder/encoder-ops.js';
import { fuseReducer } from '../reducers/merging/fuse-reducer.js';
import { poolReducer } from '../reducers/merging/pool-reducer.js';
import { tokenPoolingReducer } from '../reducers/merging/token-pooling-reducer.js';
import { tomeReducer } from '../reducers/merging/tome-reducer.js';
import type { Reducer } from '../reducers/reducer.js';

/** Every reducer that merges, in every way it has. */
export const mergingReducers: readonly { readonly title: string; readonly make: (unmerge: Unmerge) => Reducer }[] = [
  { title: 'tome', make: (unmerge) => tomeReducer({ unmerge }) },
  { title: 'tome by keys', make: (unmerge) => tomeReducer({ unmerge, likeness: 'keys' }) },
  { title: 'pool', make: (unmerge) => poolReducer({ unmerge }) },
  { title: 'fuse', make: (unmerge) => fuseReducer({ unmerge }) },
  { title: 'fuse by significance', make: (unmerge) => fuseReducer({ unmerge, weight: 'significance' }) },
  { title: 'fuse into one', make: (unmerge) => fuseReducer({ unmerge, into: 'one', weight: 'significance' }) },
  { title: 'token-pooling', make: (unmerge) => tokenPoolingReducer({ unmerge }) },
  { title: 'token-pooling by means', make: (unmerge) => tokenPoolingReducer({ unmerge, centres: 'means' }) },
];
