import type { EncoderInput } from '@length-adaptive/core/encoder';
import type { TaskModel } from '@length-adaptive/models/engine';
import { createLifetime } from '@length-adaptive/models/engine';
import { OnnxError } from '../errors.js';
import { hostModel } from '../export-graph.js';
import type { RuntimeTensor, SessionOptions } from '../runtime.js';
import { openSession } from '../runtime.js';
import { tokenFeeds } from '../token-batch.js';
import type { LayerDistillation } from './distillation-graph.js';
import { observedOf } from './distillation-graph.js';
import { runGraph } from './open-graph.js';
import { answeringTeacherGraph, observedTeacherGraph } from './teacher-graph.js';

/** A teacher as one compiled graph. */
export interface TeacherSession {
  /** What it makes of a batch, by the names of the graph's outputs. */
  ask(inputs: readonly EncoderInput[]): Promise<Readonly<Record<string, RuntimeTensor>>>;
  release(): Promise<void>;
}

const open = async (bytes: Uint8Array, layers: number, options: SessionOptions): Promise<TeacherSession> => {
  const { ort, session } = await openSession(bytes, options);
  const lifetime = createLifetime('The teacher', () => session.release());
  return {
    ask: (inputs) =>
      lifetime.during(() =>
        runGraph(session, tokenFeeds(ort, inputs, { configs: [], layers, inputNames: session.inputNames })),
      ),
    release: () => lifetime.end(),
  };
};

/** A teacher that gives its logits. */
export const openAnsweringTeacher = async (teacher: TaskModel, options: SessionOptions): Promise<TeacherSession> => {
  const host = await hostModel(teacher);
  if (!host.head) throw new OnnxError('HEAD_UNSUPPORTED', 'The teacher has no head to answer with.');
  return open(answeringTeacherGraph(host, host.head), teacher.dimensions.layers, options);
};

/** A teacher that gives what a student's layers learn from. */
export const openObservedTeacher = async (
  distillation: LayerDistillation,
  options: SessionOptions,
): Promise<TeacherSession> => {
  const { teacher } = distillation;
  return open(
    observedTeacherGraph(await hostModel(teacher, { withHead: false }), observedOf(distillation).teacher),
    teacher.dimensions.layers,
    options,
  );
};
