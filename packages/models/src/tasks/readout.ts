import type { Readout } from '../architectures/architecture.js';
import type { Task } from './task.js';

/** What a head needs of the encoder: the state of the first token, of all, or of those that did not leave. */
export const wantedStates = ({
  pool,
  averaged = 'all',
}: Pick<Readout, 'pool' | 'averaged'>): 'first' | 'all' | 'kept' => (pool === 'first' ? 'first' : averaged);

/** Shape of the logits of a batch: [B, outputs], or [B, T, outputs] of every token. */
export const logitShape = (
  { pool, outputs }: Readout,
  { rows, width }: { readonly rows: number; readonly width: number },
): number[] => (pool === 'none' ? [rows, width, outputs] : [rows, outputs]);

/** Names of the axes of logits. */
export const logitAxes = ({ pool }: Pick<Readout, 'pool'>): string[] =>
  pool === 'none' ? ['batch', 'sequence', 'outputs'] : ['batch', 'outputs'];

/** Logits of an input of so many tokens. */
export const logitCount = ({ pool, outputs }: Readout, tokens: number): number =>
  pool === 'none' ? tokens * outputs : outputs;

/** What the output of a readout without an output layer is called: states as the encoder gives them have the name that every tool knows. */
const vectorsName = ({ pool, normalize = false }: Readout): string => {
  if (pool !== 'none') return 'sentence_embedding';
  return normalize ? 'token_embeddings' : 'last_hidden_state';
};

/** What the outputs of an exported file are called. */
export const outputNamesOf = ({ outputNames, readout }: Pick<Task, 'outputNames' | 'readout'>): readonly string[] =>
  outputNames ?? [readout.outputName ?? (readout.layer === 'none' ? vectorsName(readout) : 'logits')];
