import { OnnxError, messageOf } from '../errors.js';
import type { OnnxRuntime, RuntimeSession, RuntimeTensor, SessionOptions } from '../runtime.js';
import { openSession } from '../runtime.js';
import type { TrainingGraph } from './pass-graph.js';

/** A training graph that is open. */
export interface OpenGraph extends Pick<TrainingGraph, 'dropouts' | 'parameters'> {
  readonly ort: OnnxRuntime;
  readonly session: RuntimeSession;
}

export const openTrainingGraph = async (
  { bytes, dropouts, parameters }: TrainingGraph,
  options: SessionOptions,
): Promise<OpenGraph> => {
  const { ort, session } = await openSession(bytes, options);
  return { ort, session, dropouts, parameters };
};

/** @throws OnnxError `RUN_FAILED` */
export const runGraph = async (
  session: RuntimeSession,
  feeds: Readonly<Record<string, RuntimeTensor>>,
): Promise<Readonly<Record<string, RuntimeTensor>>> => {
  try {
    return await session.run(feeds);
  } catch (error) {
    throw new OnnxError('RUN_FAILED', `ONNX Runtime could not run the training graph: ${messageOf(error)}`, {
      cause: error,
    });
  }
};
