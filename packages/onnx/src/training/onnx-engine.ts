import type { EncoderInput } from '@length-adaptive/core/encoder';
import { checkPriors } from '@length-adaptive/core/encoder';
import type {
  Gradients,
  KlOptions,
  Sandwich,
  SandwichLosses,
  SandwichOptions,
  SandwichPasses,
  TrainingEngine,
  TrainingPass,
} from '@length-adaptive/core/training';
import { fullLength, letsLeave } from '@length-adaptive/core/lengths';
import { runSandwich } from '@length-adaptive/core/training';
import type { AdaptationPlan, FineTuneEngine, LabelledInput, TaskModel } from '@length-adaptive/models/engine';
import type { RunnableModel } from '@length-adaptive/models/engine';
import { createLifetime, endQuietly, teachingOf, wantedStates, withPriors } from '@length-adaptive/models/engine';
import { batchTokens } from '../onnx-model.js';
import type { RuntimeTensor, SessionOptions } from '../runtime.js';
import { tokenFeeds } from '../token-batch.js';
import type { OpenGraph } from './open-graph.js';
import { openTrainingGraph, runGraph } from './open-graph.js';
import { dropoutFeeds, float, isDropping, keptOf, scalar } from './pass-feeds.js';
import type { LossFeeds } from './loss-feeds.js';
import { adaptationFeeds, decisionFeeds, labelFeeds, lessonFeeds } from './loss-feeds.js';
import { addPassGradients } from './pass-gradients.js';
import { embeddingWidth, trainingModel } from './pass-graph.js';
import { predictionSessions } from './prediction-sessions.js';
import { copyWeights } from './trained-weights.js';
import type { TrainingGraphOptions } from './training-graph.js';
import { trainingGraph } from './training-graph.js';

type Batch = readonly LabelledInput[];

/** What one pass gave. */
interface PassResult {
  readonly loss: number;
  readonly logits: Float32Array;
}

/** Trains on ONNX Runtime and predicts with the weights as they are. */
export interface OnnxTrainingEngine extends FineTuneEngine {
  readonly runnable: RunnableModel;
  /** Ends the sessions once what they run is done; may be called again. What is asked for later is refused: ModelError `DISPOSED`. */
  release(): Promise<void>;
}

/** A teacher that the full pass learns from in place of the labels alone. */
export interface AnsweringTeacher {
  /** Logits of a batch, [B * outputs] or [B * T * outputs]. */
  answer(inputs: readonly EncoderInput[]): Promise<Float32Array>;
  readonly temperature: number;
  /** Weight of the labels beside its answers. */
  readonly labelLoss: number;
}

/** A frozen original that every pass learns from, and nothing else. */
export interface AnsweringOriginal extends Pick<AnsweringTeacher, 'answer'> {
  readonly plan: Pick<AdaptationPlan, 'loss' | 'comparison' | 'temperature'>;
}

/**
 * Trains a model on ONNX Runtime: each pass of a step, forward and backward, is one compiled graph; weights, gradients and
 * optimiser state stay in typed arrays. Give it to `fineTune` as its `engine`, and call `release` when training is over.
 *
 * @throws OnnxError `PEER_MISSING`
 * @example
 * const engine = await onnxTrainingEngine(model);
 * await fineTune(model, data, { engine, lengthDrop: {} });
 * await engine.release();
 */
export const onnxTrainingEngine = (model: TaskModel, options: SessionOptions = {}): Promise<OnnxTrainingEngine> =>
  openEngine(model, options);

/** An engine whose full pass may learn from a teacher, or all of whose passes from an original. */
export const openEngine = async (
  model: TaskModel,
  options: SessionOptions,
  teacher?: AnsweringTeacher | AnsweringOriginal,
): Promise<OnnxTrainingEngine> => {
  const shapes = trainingModel(model);
  const { hiddenSize, heads, layers: layerCount, halving = [] } = model.dimensions;
  const weights = await copyWeights(model.parameters);
  const graphs = new Map<string, Promise<OpenGraph>>();

  const openGraph = (graphOptions: TrainingGraphOptions): Promise<OpenGraph> => {
    const key = JSON.stringify(graphOptions);
    const known = graphs.get(key) ?? openTrainingGraph(trainingGraph(shapes, graphOptions), options);
    graphs.set(key, known);
    return known;
  };

  const runPass = async (
    batch: Batch,
    pass: TrainingPass,
    gradients: Gradients,
    given: PassOptions,
  ): Promise<PassResult> => {
    const { layers = model.encoder.blocks.map((_, layer) => layer), config, dropout } = pass;
    const { weight, from, isFull } = given;
    const dropping = isDropping(dropout);
    const teaching = teachingOf(model.task, model.reducer.predictor);
    const learns = isFull && config === undefined && model.reducer.predictor !== undefined;
    const decisions = model.reducer.predictor?.decisions;
    const graph = await openGraph({
      from,
      drops: config !== undefined,
      layers,
      dropout: dropping,
      ...(learns && decisions?.supervised !== false && { predict: teaching ? 'matters' : 'saliency' }),
      ...(learns && decisions && { decide: { temperature: decisions.temperature } }),
      ...given.loss,
    });
    const { ort, session, parameters } = graph;
    const inputs = batch.map(({ input }) => input);
    const keptAt = (lengths: readonly number[]): number[][] =>
      inputs.map(({ ids }) => keptOf(lengths, ids.length, layers, halving));
    const kept = config && keptAt(config);
    const known = withPriors(model.prior, inputs);
    checkPriors(known, {
      reducer: model.reducer,
      priorLayers: model.prior?.layers ?? 0,
      layers: layerCount,
      leaves: (row) =>
        config !== undefined && letsLeave(config, inputs[row]?.ids.length ?? 0, { halving, running: layers }),
    });
    const feeds: Record<string, RuntimeTensor> = {
      ...tokenFeeds(ort, known, {
        configs: [],
        layers: layerCount,
        inputNames: session.inputNames.filter((name) => name !== 'length_ratios'),
        image: model.dimensions.image,
      }),
      ...weights.feeds(ort, session.inputNames),
      ...(dropping &&
        dropoutFeeds(ort, graph.dropouts, inputs, kept ?? keptAt(fullLength(layerCount)), dropout, {
          halving: layers.flatMap((layer, place) => (halving.includes(layer) ? [place] : [])),
          heads,
          size: hiddenSize,
          embeddingSize: embeddingWidth(model.dimensions),
          wanted: wantedStates(model.task.readout),
        })),
      ...(kept &&
        session.inputNames.includes('kept') && {
          kept: float(ort, Float32Array.from(kept.flat()), [batch.length, layers.length]),
        }),
      ...(learns && lessonFeeds(ort, session.inputNames, batch, teaching)),
      ...(learns &&
        decisions &&
        decisionFeeds(ort, session.inputNames, batch, {
          price: decisions.price,
          random: dropout?.random,
          protectedTokens: model.encoder.embeddings.patches?.image.leading,
        })),
      ...given.feeds(ort, session.inputNames, batch),
      weight: scalar(ort, weight),
    };
    const outputs = await runGraph(session, feeds);
    addPassGradients(gradients, outputs, inputs, { model: shapes, parameters, shapes: weights.shapes });
    return {
      loss: (outputs['loss']?.data as Float32Array)[0] as number,
      logits: outputs['logits']?.data as Float32Array,
    };
  };

  const step = async (
    batch: Batch,
    sandwich: Sandwich,
    gradients: Gradients,
    given: SandwichOptions = {},
  ): Promise<SandwichLosses> => {
    const { subModelLabelLoss = 0, temperature, direction } = given;
    const answers = await teacher?.answer(batch.map(({ input }) => input));
    if (teacher && 'plan' in teacher) {
      const { comparison, temperature: sharpness } = teacher.plan;
      const learned = {
        loss: { adaptation: { comparison, temperature: sharpness } },
        feeds: adaptationFeeds(model.task, teacher.plan, answers as Float32Array),
      };
      const passes: SandwichPasses<true> = {
        full: async (pass, weight) => {
          const { loss } = await runPass(batch, pass, gradients, {
            weight,
            isFull: true,
            from: 'original',
            ...learned,
          });
          return { loss, targets: true };
        },
        reduced: async (pass, _, weight) =>
          (await runPass(batch, pass, gradients, { weight, from: 'original-reduced', ...learned })).loss,
      };
      return runSandwich(passes, sandwich, given);
    }
    const kl = { ...(temperature !== undefined && { temperature }), ...(direction && { direction }) };
    const onLabels = { from: 'labels', loss: kl, feeds: labelFeeds(model.task) } as const;
    const taught = (target: Float32Array, labelWeight: number, loss: KlOptions) =>
      ({ from: 'teacher', loss, feeds: labelFeeds(model.task, { target, labelWeight }) }) as const;
    const passes: SandwichPasses<Float32Array> = {
      full: async (pass, weight) => {
        const learned =
          teacher && answers ? taught(answers, teacher.labelLoss, { temperature: teacher.temperature }) : onLabels;
        const { loss, logits } = await runPass(batch, pass, gradients, { weight, isFull: true, ...learned });
        return { loss, targets: logits };
      },
      reduced: async (pass, target, weight) =>
        (await runPass(batch, pass, gradients, { weight, ...taught(target, subModelLabelLoss, kl) })).loss,
    };
    return runSandwich(passes, sandwich, given);
  };

  const prediction = predictionSessions(model, weights, options);
  const lifetime = createLifetime('The training engine', async () => {
    await prediction.release();
    for (const graph of graphs.values()) await (await graph.catch(() => undefined))?.session.release(); // what did not open has nothing to release
  });
  const training: TrainingEngine<Batch> = {
    readWeights: weights.readWeights,
    writeWeights: weights.writeWeights,
    step: (...given) => lifetime.during(() => step(...given)),
  };
  const { dimensions, task, reducer, prior, headMacs } = model;
  const runnable: RunnableModel = {
    engine: 'onnxruntime',
    dimensions,
    task,
    reducer,
    prior,
    batchTokens,
    headMacs,
    run: (...given) => lifetime.during(() => prediction.run(...given)),
    keptPositions: (...given) => lifetime.during(() => prediction.keptPositions(...given)),
    macs: (length, point) => model.macs(length, point),
    dispose: () => endQuietly(lifetime),
  };
  return { training, runnable, release: () => lifetime.end() };
};

/** What a pass learns from. */
interface PassOptions extends Pick<TrainingGraphOptions, 'from'> {
  /** Weight of the loss in the gradients. */
  readonly weight: number;
  /** What the loss is made with. */
  readonly loss: KlOptions & Pick<TrainingGraphOptions, 'adaptation'>;
  /** What the loss reads. */
  readonly feeds: LossFeeds;
  /** Whether it is the full pass, from which a reducer learns. Default false. */
  readonly isFull?: boolean;
}
