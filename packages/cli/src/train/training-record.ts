import type { Evaluation, StepReport } from '@length-adaptive/core';

/** What a stage does: train on the task, learn from a teacher, train every length, or do so without labels. */
export type StageName = 'fine-tune' | 'intermediate' | 'relations' | 'prediction' | 'length-drop' | 'adapt';

/** A line of metrics.ndjson after a step. */
export interface StepLine extends StepReport {
  readonly kind: 'step';
  readonly stage: StageName;
}

/** A line of metrics.ndjson after an epoch. */
export interface EpochLine extends Partial<Evaluation> {
  readonly kind: 'epoch';
  readonly stage: StageName;
  readonly epoch: number;
  /** Mean over the epoch's steps. */
  readonly loss: number;
}

export type MetricsLine = StepLine | EpochLine;

/** What came of a stage. */
export interface StageRecord {
  readonly stage: StageName;
  readonly steps: number;
  readonly epochs: readonly Omit<EpochLine, 'kind' | 'stage'>[];
  /** The epoch whose weights were kept; absent without dev examples, when the last one stands. */
  readonly best?: Omit<EpochLine, 'kind' | 'stage'>;
}

/** Mean loss of the steps of one epoch so far. */
export const epochLoss = (lines: readonly MetricsLine[], stage: StageName, epoch: number): number => {
  const losses = lines.flatMap((line) =>
    line.kind === 'step' && line.stage === stage && line.epoch === epoch ? [line.loss] : [],
  );
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
};

const score = ({ full, reduced }: Partial<Evaluation>): number => ((full ?? Number.NaN) + (reduced ?? Number.NaN)) / 2;

/** The stages of a run in their order, from its metrics. */
export const stageRecords = (lines: readonly MetricsLine[]): StageRecord[] =>
  [...new Set(lines.map(({ stage }) => stage))].flatMap((stage) => {
    const own = lines.filter((line) => line.stage === stage);
    const steps = own.filter(({ kind }) => kind === 'step').length;
    const epochs = own.flatMap(({ kind, stage: _, ...epoch }) =>
      kind === 'epoch' ? [epoch as StageRecord['epochs'][number]] : [],
    );
    const best = epochs.reduce<StageRecord['best']>(
      (top, epoch) => (score(epoch) > (top ? score(top) : -Infinity) ? epoch : top),
      undefined,
    );
    return steps === 0 ? [] : [{ stage, steps, epochs, ...(best && { best }) }];
  });
