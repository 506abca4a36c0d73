import type { Inspection, Prediction } from '@length-adaptive/models/worker';
import { readingNotes } from './reading-notes.js';
import type { TokenRow } from './token-rows.js';
import { tokenRows } from './token-rows.js';

/** What a model made of a text. */
export interface RecordedReading extends Pick<Inspection, 'encoding' | 'layers' | 'mergedInto'> {
  readonly text: string;
  readonly question?: string | undefined;
  readonly prediction: Prediction;
  /** The same text at full length; undefined where that was chosen. */
  readonly full: Prediction | undefined;
}

/** What is shown of one reading of the text. */
export interface Reading extends Pick<RecordedReading, 'text' | 'prediction' | 'full'> {
  readonly rows: readonly TokenRow[];
  /** What must be told of how it was read. */
  readonly notes: readonly string[];
}

export const readingOf = ({ text, question, prediction, full, ...inspection }: RecordedReading): Reading => {
  const texts = question === undefined ? [text] : [question, text];
  return {
    text,
    prediction,
    full,
    rows: tokenRows(inspection, texts),
    notes: readingNotes({ prediction, ...inspection }, texts),
  };
};
