import { ModelError } from '../../errors.js';

/** The error for a file that breaks its format. */
export const invalidFile = (problem: string, cause?: unknown): ModelError =>
  new ModelError('PYTORCH_INVALID', `Not a valid PyTorch weight file: ${problem}`, { cause });

/** Text of a file for quoting in a message: at most 80 characters, nothing a terminal would obey. */
export const quoted = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);
