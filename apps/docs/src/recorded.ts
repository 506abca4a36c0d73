import { readFileSync } from 'node:fs';
import path from 'node:path';
import { siteFolder } from './workspace.js';

/** One sentence on its way through a model. */
export interface RecordedExample {
  readonly sentence: string;
  /** As they stand in the sentence. */
  readonly tokens: readonly string[];
  /** Positions of the tokens that each layer kept. */
  readonly layers: readonly (readonly number[])[];
  /** For each layer the significance of each token that entered it. */
  readonly significance: readonly (readonly number[])[];
  readonly label: string;
  readonly score: number;
  readonly cost: number;
  readonly lengthConfig: readonly number[];
  readonly encoder: { readonly layers: number; readonly hiddenSize: number; readonly intermediateSize: number };
}

/** What a search found. */
export interface RecordedSearch {
  /** The full length without padding, padded to batches, and padded to the maximum: mean tokens, and MACs as multiples of the first. */
  readonly baselines: readonly { readonly padding: string; readonly tokens: number; readonly ratio: number }[];
  readonly points: readonly {
    readonly cost: number;
    readonly score: number;
    readonly heldOutScore: number;
    readonly lengthConfig: readonly number[];
  }[];
}

/** Where a recording stands. */
export const recordedFile = (name: string): string => path.join(siteFolder, 'recorded', `${name}.json`);

const read = (name: string): unknown => JSON.parse(readFileSync(recordedFile(name), 'utf8'));

export const readExample = (): RecordedExample => read('example') as RecordedExample;
export const readSearch = (): RecordedSearch => read('search') as RecordedSearch;
