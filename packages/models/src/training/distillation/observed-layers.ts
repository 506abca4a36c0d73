import type { Observe } from '@length-adaptive/core';
import type { IntermediateDistillation } from './plan-distillation.js';
import type { LayerMatch } from './layer-matches.js';

/** What both encoders report for a distillation, and where the teacher's part of every match stands in its report. */
export interface ObservedLayers {
  readonly student: Observe & { readonly states: readonly number[]; readonly attention: readonly number[] };
  readonly teacher: Observe & { readonly states: readonly number[]; readonly attention: readonly number[] };
  /** For each hidden state of the student, the number of the teacher's. */
  readonly stateOf: readonly number[];
  /** For each attention of the student, the number of the teacher's. */
  readonly attentionOf: readonly number[];
}

/** The distinct numbers: a layer is reported once, however many learn from it. */
const distinct = (numbers: readonly number[]): number[] => [...new Set(numbers)];

/** Depths as the states of an encoder and the attention of the layers that end there. */
const reportOf = (depths: readonly number[]): ObservedLayers['student'] => ({
  states: depths,
  attention: depths.filter((depth) => depth > 0).map((depth) => depth - 1),
});

/** What intermediate distillation reads of the two encoders. */
export const observedLayers = ({ matches }: Pick<IntermediateDistillation, 'matches'>): ObservedLayers => {
  const student = reportOf(matches.map((match) => match.student));
  const teacher = reportOf(distinct(matches.map((match) => match.teacher)));
  const layers = matches.filter((match: LayerMatch) => match.student > 0);
  return {
    student,
    teacher,
    stateOf: matches.map((match) => teacher.states.indexOf(match.teacher)),
    attentionOf: layers.map((match) => teacher.attention.indexOf(match.teacher - 1)),
  };
};
