import type { NamedReducer } from '@length-adaptive/core/encoder';
import type { ReducerRecord } from './length-adaptive-file.js';

/** A reducer as a folder says it, by name and settings. */
export const namedRecord = ({ name, ...settings }: ReducerRecord): NamedReducer =>
  Object.keys(settings).length === 0 ? { name } : { name, settings };
