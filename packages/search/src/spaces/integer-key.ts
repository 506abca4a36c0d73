import type { Bounds } from '../operators/box.js';
import { vectorKey } from './vector-key.js';

/** Below the surrogates: a string of such units is whole in any encoding. */
const UNITS = 0xd800;

/** A key for integer vectors within bounds: one UTF-16 unit a gene where ranges allow, else the bits. */
export const integerKey = ({ low, high }: Bounds): ((genome: readonly number[]) => string) => {
  if (high.some((most, i) => most - (low[i] ?? 0) >= UNITS)) return vectorKey;
  return (genome) => {
    let key = '';
    for (let i = 0; i < genome.length; i += 1) key += String.fromCharCode((genome[i] ?? 0) - (low[i] ?? 0));
    return key;
  };
};
