import type { EncoderInput } from '@length-adaptive/core/encoder';
import { checkPriors } from '@length-adaptive/core/encoder';
import type { LengthConfig, OperatingPoint } from '@length-adaptive/core/lengths';
import { letsLeave, lengthsOf, validateOperatingPoint } from '@length-adaptive/core/lengths';
import type { RunnableModel, TaskModel } from '@length-adaptive/models/engine';
import { withPriors } from '@length-adaptive/models/engine';
import { checkRanks } from '@length-adaptive/models/files';
import { OnnxError } from '../errors.js';
import { keptPositionsOf } from '../kept-positions.js';
import type { RuntimeTensor, SessionOptions } from '../runtime.js';
import { openSession } from '../runtime.js';
import { tokenFeeds } from '../token-batch.js';
import { runGraph } from './open-graph.js';
import { trainingModel } from './pass-graph.js';
import type { TrainedWeights } from './trained-weights.js';
import { predictionGraph } from './training-graph.js';

/** What a model in training answers, with its weights as they are. */
export interface PredictionSessions extends Pick<RunnableModel, 'run' | 'keptPositions'> {
  release(): Promise<void>;
}

type Opened = ReturnType<typeof openSession>;

/** Opens the graph that answers at once, the one that tells positions when it is asked. */
export const predictionSessions = (
  model: Pick<TaskModel, 'dimensions' | 'prior' | 'reducer'> & Parameters<typeof trainingModel>[0],
  weights: Pick<TrainedWeights, 'feeds'>,
  options: SessionOptions,
): PredictionSessions => {
  const { layers, halving = [] } = model.dimensions;
  const graph = trainingModel(model);
  const answering = openSession(predictionGraph(graph), options);
  answering.catch(() => undefined); // whoever predicts is told
  let tracing: Opened | undefined;

  const run = async (
    opened: Opened,
    inputs: readonly EncoderInput[],
    config: LengthConfig,
  ): Promise<Readonly<Record<string, RuntimeTensor>>> => {
    const { ort, session } = await opened;
    const known = withPriors(model.prior, inputs);
    checkPriors(known, {
      reducer: model.reducer,
      priorLayers: model.prior?.layers ?? 0,
      layers,
      leaves: (row) => letsLeave(config, inputs[row]?.ids.length ?? 0, { halving }),
    });
    return runGraph(session, {
      ...tokenFeeds(ort, known, {
        configs: inputs.map(() => config),
        layers,
        halving,
        inputNames: session.inputNames,
      }),
      ...weights.feeds(ort, session.inputNames),
    });
  };
  const configOf = (point: OperatingPoint): LengthConfig => {
    const config = lengthsOf(
      checkRanks(validateOperatingPoint(point, layers), { dimensions: model.dimensions }),
      layers,
    );
    const other = (['floor', 'reducer', 'skip', 'bits'] as const).find((field) => point[field] !== undefined);
    if (other === undefined) return config;
    throw new OnnxError(
      'OPTION_INVALID',
      `The point says "${other}", and a model in training answers at lengths alone; save it, and open what was saved.`,
    );
  };
  const release = async (opened: Opened | undefined): Promise<void> =>
    (await opened?.catch(() => undefined))?.session.release(); // what did not open has nothing to release

  return {
    run: async (inputs, { point = {} } = {}) =>
      (await run(answering, inputs, configOf(point)))['logits']?.data as Float32Array,
    keptPositions: async (input, point) => {
      const config = configOf(point);
      tracing ??= openSession(predictionGraph(graph, { trace: true }), options);
      return keptPositionsOf(await run(tracing, [input], config), config, input.ids.length, { halving });
    },
    release: async () => {
      await release(answering);
      await release(tracing);
    },
  };
};
