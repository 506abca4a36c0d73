import type { Readout } from '../architectures/architecture.js';

/** What a head needs of the encoder: the state of the first token, or of all. */
export const wantedStates = ({ pool }: Pick<Readout, 'pool'>): 'first' | 'all' => (pool === 'first' ? 'first' : 'all');

/** Shape of the logits of a batch: [B, outputs], or [B, T, outputs] of every token. */
export const logitShape = (
  { pool, outputs }: Readout,
  { rows, width }: { readonly rows: number; readonly width: number },
): number[] => (pool === 'first' ? [rows, outputs] : [rows, width, outputs]);

/** Names of the axes of logits. */
export const logitAxes = ({ pool }: Pick<Readout, 'pool'>): string[] =>
  pool === 'first' ? ['batch', 'outputs'] : ['batch', 'sequence', 'outputs'];

/** Logits of an input of so many tokens. */
export const logitCount = ({ pool, outputs }: Readout, tokens: number): number =>
  pool === 'first' ? outputs : tokens * outputs;
