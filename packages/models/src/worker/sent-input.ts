import type { PredictorInput } from '../tasks/task.js';

/** An input as it travels: a `URL` cannot be cloned, its address can. */
export type SentInput = Exclude<PredictorInput, URL> | { readonly href: string };

export const toSent = (input: PredictorInput): SentInput => (input instanceof URL ? { href: input.href } : input);

const isAddress = (input: SentInput): input is { readonly href: string } =>
  typeof input === 'object' && input !== null && 'href' in input; // null comes from callers without types

export const fromSent = (input: SentInput): PredictorInput => (isAddress(input) ? new URL(input.href) : input);
